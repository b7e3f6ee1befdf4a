import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build, type Plugin as EsbuildPlugin } from "esbuild";

import { UserError } from "@hosterizer/postgres/userError";
import { folders, pulumiHome } from "../folders";
import { pins } from "../pins";
import { runQuietly } from "../runProgram";
import { say } from "../terminal";
import { type Fingerprint, fingerprint } from "./setUp";

/** A plugin of Pulumi that this project needs. */
interface Plugin {
  /** Pulumi's name for it, which is also the folder of the offline plugin in `packages/offline-plugins/src`. */
  name: "postgresql" | "docker";
  version: string;
}

export const plugins: readonly Plugin[] = [
  { name: "postgresql", version: pins.postgresqlPlugin },
  { name: "docker", version: pins.dockerPlugin },
];

/** The plugins that are installed now. */
interface InstalledPlugins {
  kind: "official" | "offline";
  /** Whether PULUMI_HOME has to be the project's own. */
  ownHome: boolean;
  /** Sources and products of the offline plugins. */
  files: Fingerprint[];
}

const kinds: readonly string[] = ["official", "offline"] satisfies InstalledPlugins["kind"][];

/**
 * Installs the plugins where Pulumi finds them: the official ones if all of them can be downloaded, else the project's own.
 *
 * @param pulumi the program
 * @param ownToolchain whether Pulumi itself is the project's own; then its home is too
 */
export async function setUpPlugins(
  pulumi: string,
  ownToolchain: boolean,
): Promise<InstalledPlugins> {
  const override = process.env["HOSTERIZER_PLUGINS"];
  if (override !== undefined && !kinds.includes(override)) {
    throw new UserError(
      `HOSTERIZER_PLUGINS: "${override}" is not a kind of plugin.`,
      `Set it to one of ${kinds.join(", ")}, or unset it.`,
    );
  }
  if (override !== "offline") {
    const faults = await Promise.all(
      plugins.map((plugin) => installOfficial(pulumi, ownToolchain, plugin)),
    );
    const fault = faults.find((each) => each !== undefined);
    if (fault === undefined) return { kind: "official", ownHome: ownToolchain, files: [] };
    if (override === "official") {
      throw new UserError(
        `The official plugins could not be installed:\n${fault}`,
        "Fix it, or unset HOSTERIZER_PLUGINS: the project has its own plugins.",
      );
    }
    say("The official plugins cannot be downloaded; the project's own are used instead.");
  }
  const files = await Promise.all(plugins.map((plugin) => installOffline(pulumi, plugin)));
  // The plugins share most of their sources.
  const once = new Map(files.flat().map((file) => [file.path, file]));
  return { kind: "offline", ownHome: true, files: [...once.values()] };
}

/** @returns why it could not be installed, undefined if it is. Without a network Pulumi gives up after three seconds. */
async function installOfficial(
  pulumi: string,
  own: boolean,
  plugin: Plugin,
): Promise<string | undefined> {
  const install = ["plugin", "install", "resource", plugin.name, plugin.version];
  // Pulumi knows a plugin by name and version, and would mistake the project's own for the official one.
  const again = own && existsSync(offlineBundle(plugin)) ? ["--reinstall"] : [];
  const { code, stderr } = await runQuietly(pulumi, [...install, ...again], {
    env: pulumiHome(own),
    timeout: 120_000,
  });
  return code === 0 ? undefined : `${plugin.name}: ${stderr.trim().split("\n").at(-1) ?? ""}`;
}

/**
 * Bundles one of the project's own plugins and installs it into the project's own PULUMI_HOME.
 *
 * @returns the files that it was made of and its own; a change of any of them makes the set-up run again
 */
async function installOffline(pulumi: string, plugin: Plugin): Promise<Fingerprint[]> {
  const { name, version } = plugin;
  const bundled = join(folders.toolchain, "plugins", `${name}.${process.pid}`);
  try {
    await mkdir(bundled, { recursive: true });
    const sources = await bundlePlugin(plugin, join(bundled, "main.js"));
    const program = join(bundled, `pulumi-resource-${name}`);
    await writeFile(program, '#!/bin/sh\nexec node "$(dirname "$0")/main.js" "$@"\n');
    await chmod(program, 0o755);
    const args = ["plugin", "install", "resource", name, version, "--file", bundled, "--reinstall"];
    const { code, stderr } = await runQuietly(pulumi, args, { env: pulumiHome(true) });
    if (code !== 0) throw new Error(`pulumi plugin install failed:\n${stderr.trim()}`);
    const lock = join(folders.project, "package-lock.json");
    return [...sources, lock, offlineBundle(plugin)].map(mustExist);
  } finally {
    await rm(bundled, { recursive: true, force: true });
  }
}

/** The bundle of the project's own plugin, where Pulumi finds it; the official plugin has no such file. */
function offlineBundle({ name, version }: Plugin): string {
  return join(folders.pulumiHome, "plugins", `resource-${name}-v${version}`, "main.js");
}

function mustExist(path: string): Fingerprint {
  const found = fingerprint(path);
  if (found === undefined) throw new Error(`${path} is missing after the plugin was installed`);
  return found;
}

/**
 * Packages that are required but never used here: node-postgres tries a native variant of itself, which is not installed;
 * dockerode has its own SSH transport, with native code, and one for BuildKit.
 */
const neverUsed = ["pg-native", "ssh2", "@grpc/proto-loader", "protobufjs"];

/**
 * Bundles one of the project's own plugins into one file, because Pulumi starts a plugin several times per run and a bundle
 * loads in half the time.
 *
 * @returns the project's own files in the bundle
 */
export async function bundlePlugin({ name }: Plugin, outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: folders.project,
    entryPoints: [join(folders.project, "packages", "offline-plugins", "src", name, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    conditions: ["hosterizer-source"],
    loader: { ".sql": "text" },
    plugins: [leaveOut],
    sourcemap: "inline",
    metafile: true,
    logLevel: "error",
  });
  return Object.keys(metafile.inputs)
    .filter((input) => !input.includes("node_modules/") && !input.startsWith("left-out:"))
    .map((input) => join(folders.project, input));
}

/** Replaces each package that is never used by an empty module. */
const leaveOut: EsbuildPlugin = {
  name: "leave-out",
  setup: (bundle) => {
    const filter = new RegExp(`^(${neverUsed.join("|")})$`);
    bundle.onResolve({ filter }, ({ path }) => ({ path, namespace: "left-out" }));
    bundle.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "module.exports = {};",
    }));
  },
};
