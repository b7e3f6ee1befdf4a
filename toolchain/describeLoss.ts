import { existsSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

import { serverAccount } from "../postgres/embedded/account";
import { serverPaths } from "../postgres/embedded/paths";
import { folders } from "./folders";
import { readResources } from "./readResources";

/** What `destroy` would remove, for the user to read before agreeing to it; undefined if there is nothing. */
export async function describeLoss(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const resources = await readResources(stack, environment);
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  const { data } = serverPaths(folders.project, stack, serverAccount(folders.project));
  // An update that was killed may have made a server that the state knows nothing of.
  if (resources.length === 0 && !existsSync(data)) return undefined;
  // The stack itself and the connections to servers are Pulumi's own.
  const made = resources.filter(({ type }) => !type.startsWith("pulumi:")).length;
  const lines = [`Stack ${stack} will be removed, ${made} resources:`];
  const { host, port, database } = outputs;
  if (database !== undefined) lines.push(`- the database ${database} on ${host}:${port}`);
  if (existsSync(data)) {
    const megabytes = Math.ceil((await sizeOf(data)) / 2 ** 20);
    lines.push(`- its server, with all data in ${data} (${megabytes} MB)`);
  }
  return lines.join("\n");
}

/** Bytes in a folder. A running server removes files meanwhile; those count nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
