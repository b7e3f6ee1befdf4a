import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

import { folders } from "../folders";
import { pins } from "../pins";
import { type Fingerprint, fingerprint } from "../pulumi/fingerprint";
import { runQuietly } from "../pulumi/runQuietly";
import { pulumiHome } from "../pulumiHome";

const name = "pulumi-resource-postgresql";
const source = join(folders.project, "toolchain", "plugins", "postgresql", "main.ts");

/** The bundle where Pulumi finds it; the official plugin has no such file. */
export const offlinePlugin = join(
  folders.pulumiHome,
  "plugins",
  `resource-postgresql-v${pins.postgresqlPlugin}`,
  "main.js",
);

/**
 * Bundles the project's own postgresql plugin and installs it into the project's own PULUMI_HOME.
 *
 * One file, because Pulumi starts a plugin several times a run and a bundle loads in half the time.
 *
 * @returns what must not change for it to stay good: its sources, the packages, and the plugin itself
 */
export async function installOfflinePlugin(pulumi: string): Promise<Fingerprint[]> {
  const bundled = join(folders.toolchain, "plugins", `postgresql.${process.pid}`);
  try {
    await mkdir(bundled, { recursive: true });
    const sources = await bundle(join(bundled, "main.js"));
    const program = join(bundled, name);
    await writeFile(program, '#!/bin/sh\nexec node "$(dirname "$0")/main.js" "$@"\n');
    await chmod(program, 0o755);
    await install(pulumi, bundled);
    const lock = join(folders.project, "package-lock.json");
    return [...sources, lock, offlinePlugin].map(mustExist);
  } finally {
    await rm(bundled, { recursive: true, force: true });
  }
}

/** Returns the project's own files that went into it. */
async function bundle(outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: folders.project,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    loader: { ".sql": "text" },
    // node-postgres tries its native variant, which nobody has installed.
    external: ["pg-native"],
    sourcemap: "inline",
    metafile: true,
    logLevel: "error",
  });
  return Object.keys(metafile.inputs)
    .filter((input) => !input.includes("node_modules/"))
    .map((input) => join(folders.project, input));
}

async function install(pulumi: string, directory: string): Promise<void> {
  const version = pins.postgresqlPlugin;
  const args = ["plugin", "install", "resource", "postgresql", version, "--file", directory];
  const { code, stderr } = await runQuietly(pulumi, [...args, "--reinstall"], {
    env: pulumiHome(true),
  });
  if (code !== 0) throw new Error(`pulumi plugin install failed:\n${stderr.trim()}`);
}

function mustExist(path: string): Fingerprint {
  const found = fingerprint(path);
  if (found === undefined) throw new Error(`${path} is missing after the plugin was installed`);
  return found;
}
