import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { folders } from "../folders";
import { type Fingerprint, fingerprint } from "../pulumi/fingerprint";
import { runQuietly } from "../pulumi/runQuietly";
import { pulumiHome } from "../pulumiHome";
import { bundlePlugin } from "./bundlePlugin";
import { offlineBundle, type Plugin } from "./plugin";

/**
 * Bundles one of the project's own plugins and installs it into the project's own PULUMI_HOME.
 *
 * @returns what must not change for it to stay good: its sources, the packages, and the plugin itself
 */
export async function installOfflinePlugin(pulumi: string, plugin: Plugin): Promise<Fingerprint[]> {
  const bundled = join(folders.toolchain, "plugins", `${plugin.name}.${process.pid}`);
  try {
    await mkdir(bundled, { recursive: true });
    const sources = await bundlePlugin(plugin, join(bundled, "main.js"));
    const program = join(bundled, `pulumi-resource-${plugin.name}`);
    await writeFile(program, '#!/bin/sh\nexec node "$(dirname "$0")/main.js" "$@"\n');
    await chmod(program, 0o755);
    await install(pulumi, plugin, bundled);
    const lock = join(folders.project, "package-lock.json");
    return [...sources, lock, offlineBundle(plugin)].map(mustExist);
  } finally {
    await rm(bundled, { recursive: true, force: true });
  }
}

async function install(pulumi: string, { name, version }: Plugin, directory: string) {
  const args = ["plugin", "install", "resource", name, version, "--file", directory];
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
