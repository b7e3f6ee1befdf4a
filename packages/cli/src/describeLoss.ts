import { existsSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

import { serverAccount, serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import type { FoundThings } from "./dockerStack/findThings";
import { folders } from "./folders";
import { megabytes } from "./megabytes";
import { readResources } from "./readResources";

/**
 * What `destroy` would remove, for the user to read before agreeing to it; undefined if there is nothing.
 *
 * @param docker what there is of the stack in the Docker engine, if it runs there
 */
export async function describeLoss(
  stack: string,
  environment: NodeJS.ProcessEnv,
  docker: FoundThings | undefined,
): Promise<string | undefined> {
  const resources = await readResources(stack, environment);
  const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  // An update that was killed may have made something that the state knows nothing of.
  const things = docker === undefined ? await embeddedServer(stack) : inDocker(docker);
  if (resources.length === 0 && things.length === 0) return undefined;
  // The stack itself and the connections to servers are Pulumi's own.
  const made = resources.filter(({ type }) => !type.startsWith("pulumi:")).length;
  const { host, port, database } = outputs as Record<string, string | undefined>;
  const address = database === undefined ? [] : [`- the database ${database} on ${host}:${port}`];
  // A database in a volume is removed with that alone.
  const lines = [...(docker === undefined ? address : []), ...things];
  return [`Stack ${stack} will be removed, ${made} resources:`, ...lines].join("\n");
}

function inDocker({ containers, networks, volumes, images }: FoundThings): string[] {
  const kinds = { container: containers, network: networks, volume: volumes, image: images };
  return Object.entries(kinds).flatMap(([kind, names]) =>
    names.length === 0 ? [] : [`- the ${kind}${names.length > 1 ? "s" : ""} ${names.join(", ")}`],
  );
}

async function embeddedServer(stack: string): Promise<string[]> {
  const { data } = serverPaths(folders.project, stack, serverAccount(folders.project));
  if (!existsSync(data)) return [];
  return [`- its server, with all data in ${data} (${megabytes(await sizeOf(data))})`];
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
