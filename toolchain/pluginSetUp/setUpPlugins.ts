import { existsSync } from "node:fs";

import { CommandError } from "../commandError";
import { pulumiHome } from "../pulumiHome";
import { pins } from "../pins";
import { type Fingerprint } from "../pulumi/fingerprint";
import { runQuietly } from "../pulumi/runQuietly";
import { say } from "../say";
import { installOfflinePlugin, offlinePlugin } from "./installOfflinePlugin";

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
 * Puts the postgresql plugin where Pulumi finds it: the official one if it can be had, else the project's own.
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
    const fault = await installOfficialPlugin(pulumi, ownToolchain);
    if (fault === undefined) return { kind: "official", ownHome: ownToolchain, files: [] };
    if (override === "official") {
      throw new CommandError(
        `The official postgresql plugin cannot be installed:\n${fault}`,
        "Mend that, or unset HOSTERIZER_PLUGINS: the project brings a plugin of its own.",
      );
    }
    say("The official postgresql plugin cannot be downloaded; the project's own takes its place.");
  }
  return { kind: "offline", ownHome: true, files: await installOfflinePlugin(pulumi) };
}

/** Returns why it cannot be had, undefined when it is there. Without a network Pulumi itself gives up in three seconds. */
async function installOfficialPlugin(pulumi: string, own: boolean): Promise<string | undefined> {
  const install = ["plugin", "install", "resource", "postgresql", pins.postgresqlPlugin];
  // Pulumi knows a plugin by name and version, and would take the project's own for the official one.
  const again = own && existsSync(offlinePlugin) ? ["--reinstall"] : [];
  const { code, stderr } = await runQuietly(pulumi, [...install, ...again], {
    env: pulumiHome(own),
    timeout: 120_000,
  });
  return code === 0 ? undefined : (stderr.trim().split("\n").at(-1) ?? "");
}
