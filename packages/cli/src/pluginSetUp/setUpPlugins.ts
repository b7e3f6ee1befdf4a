import { existsSync } from "node:fs";

import { CommandError } from "../commandError";
import { pulumiHome } from "../pulumiHome";
import { type Fingerprint } from "../pulumi/fingerprint";
import { runQuietly } from "../pulumi/runQuietly";
import { say } from "../say";
import { installOfflinePlugin } from "./installOfflinePlugin";
import { offlineBundle, type Plugin, plugins } from "./plugin";

/** The plugins that are in place now. */
export interface Plugins {
  kind: "official" | "offline";
  /** Whether PULUMI_HOME has to be the project's own. */
  ownHome: boolean;
  /** Sources and products of the offline plugins. */
  files: Fingerprint[];
}

const kinds: readonly string[] = ["official", "offline"] satisfies Plugins["kind"][];

/**
 * Puts the plugins where Pulumi finds them: the official ones if all of them can be had, else the project's own.
 *
 * @param pulumi the program
 * @param ownToolchain whether Pulumi itself is the project's own; its home is then as well
 */
export async function setUpPlugins(pulumi: string, ownToolchain: boolean): Promise<Plugins> {
  const override = process.env["HOSTERIZER_PLUGINS"];
  if (override !== undefined && !kinds.includes(override)) {
    throw new CommandError(
      `HOSTERIZER_PLUGINS: "${override}" is no kind of plugin.`,
      `Set it to one of ${kinds.join(", ")}, or unset it.`,
    );
  }
  if (override !== "offline") {
    const faults = await Promise.all(
      plugins.map((plugin) => installOfficialPlugin(pulumi, ownToolchain, plugin)),
    );
    const fault = faults.find((each) => each !== undefined);
    if (fault === undefined) return { kind: "official", ownHome: ownToolchain, files: [] };
    if (override === "official") {
      throw new CommandError(
        `The official plugins cannot be installed:\n${fault}`,
        "Mend that, or unset HOSTERIZER_PLUGINS: the project brings plugins of its own.",
      );
    }
    say("The official plugins cannot be downloaded; the project's own take their place.");
  }
  const files = await Promise.all(plugins.map((plugin) => installOfflinePlugin(pulumi, plugin)));
  // The plugins share most of their sources.
  const once = new Map(files.flat().map((file) => [file.path, file]));
  return { kind: "offline", ownHome: true, files: [...once.values()] };
}

/** Returns why it cannot be had, undefined when it is there. Without a network Pulumi itself gives up in three seconds. */
async function installOfficialPlugin(
  pulumi: string,
  own: boolean,
  plugin: Plugin,
): Promise<string | undefined> {
  const install = ["plugin", "install", "resource", plugin.name, plugin.version];
  // Pulumi knows a plugin by name and version, and would take the project's own for the official one.
  const again = own && existsSync(offlineBundle(plugin)) ? ["--reinstall"] : [];
  const { code, stderr } = await runQuietly(pulumi, [...install, ...again], {
    env: pulumiHome(own),
    timeout: 120_000,
  });
  return code === 0 ? undefined : `${plugin.name}: ${stderr.trim().split("\n").at(-1) ?? ""}`;
}
