import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { pins } from "../pins";

/** Folder of the project, seen from the launcher. */
const project = '"$(dirname "$0")"/../../..';

/**
 * What Pulumi starts beside itself, in shell.
 *
 * The language host is older than the command line and takes the runtime's options as arguments, which this command line
 * no longer gives. The other one starts dynamic resources: the official installer brings one that calls Node.js twice.
 */
const launchers: Readonly<Record<string, string>> = {
  "pulumi-language-nodejs": `"$(dirname "$0")"/../libexec/pulumi-language-nodejs -typescript=false "-nodeargs=${pins.nodeArguments}"`,
  "pulumi-resource-pulumi-nodejs": `node --require ${project}/packages/cli/preload.cjs ${project}/node_modules/@pulumi/pulumi/cmd/dynamic-provider`,
};

/** Writes the launchers into the folder of the program `pulumi`. */
export async function placeLaunchers(bin: string): Promise<void> {
  for (const [name, command] of Object.entries(launchers)) {
    const unfinished = join(bin, `.${name}.${process.pid}`);
    await writeFile(unfinished, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(bin, name));
  }
}
