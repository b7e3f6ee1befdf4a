import { randomBytes } from "node:crypto";

import { provider } from "@hosterizer/offline-plugins/docker/provider";
import { servePlugin } from "@hosterizer/offline-plugins/protocol/servePlugin";
import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import {
  type PluginClient,
  startPlugin,
} from "../../../packages/offline-plugins/test/integration/pluginClient";
import { Deployed } from "./deployed";
import { removeAll } from "./removeAll";
import { runPrefix } from "../../run/runPrefix";

/** The plugin, and a test file's own networks, volumes and images, all removed when the file ends. */
export interface ResourceSandbox {
  plugin: PluginClient;
  /** A name that no other object of the tests has. */
  name: () => string;
  /** One resource of a program: `Network`. */
  resource: (type: string) => Deployed;
  close: () => Promise<void>;
}

/**
 * @param settings of the provider
 * @param engine where a Pulumi engine listens for messages of the plugin
 */
export async function openSandbox(settings: Json = {}, engine?: string): Promise<ResourceSandbox> {
  const prefix = `${runPrefix()}resource-${randomBytes(4).toString("hex")}`;
  let count = 0;
  const plugin = await startPlugin(() => servePlugin(provider, engine));
  await plugin.call("configure", { args: settings });
  return {
    plugin,
    name: () => `${prefix}-${++count}`,
    resource: (type) => {
      const module = type.charAt(0).toLowerCase() + type.slice(1);
      return new Deployed(plugin, `urn:pulumi:dev::test::docker:index/${module}:${type}::it`);
    },
    close: async () => {
      await plugin.close();
      await removeAll(prefix);
    },
  };
}
