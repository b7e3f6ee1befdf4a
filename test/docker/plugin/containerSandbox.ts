import { randomBytes } from "node:crypto";

import { provider } from "@hosterizer/offline-plugins/docker/provider";
import { servePlugin } from "@hosterizer/offline-plugins/protocol/servePlugin";
import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import {
  type PluginClient,
  startPlugin,
} from "../../../packages/offline-plugins/test/integration/pluginClient";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import { Deployed } from "./deployed";
import { removeAll } from "./removeAll";
import { runPrefix } from "../../run/runPrefix";

/** The plugin, and a test file's own objects on the engine, all removed when the file ends. */
export class ContainerSandbox {
  private count = 0;

  private constructor(
    private readonly plugin: PluginClient,
    readonly prefix: string,
  ) {}

  /** @param listener Where a Pulumi engine listens for messages of the plugin. */
  static async open(name: string, listener?: string): Promise<ContainerSandbox> {
    const plugin = await startPlugin(() => servePlugin(provider, listener));
    await plugin.call("configure", { args: {} });
    return new ContainerSandbox(plugin, `${runPrefix()}${name}-${randomBytes(4).toString("hex")}`);
  }

  /** A name that no other object of the tests has. */
  name(): string {
    return `${this.prefix}-${++this.count}`;
  }

  container(): Deployed {
    return new Deployed(this.plugin, "urn:pulumi:dev::test::docker:index/container:Container::it");
  }

  /** A container that sleeps, with the properties of `more`. */
  sleeper(more: Json & { name?: string } = {}): Json & { name: string } {
    const command = ["bash", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"];
    return { name: this.name(), image: "debian:bookworm-slim", command, ...more };
  }

  at(deployed: Deployed): TestContainer {
    return new TestContainer(engine.getContainer(deployed.id));
  }

  async close(): Promise<void> {
    await this.plugin.close();
    await removeAll(this.prefix);
  }
}
