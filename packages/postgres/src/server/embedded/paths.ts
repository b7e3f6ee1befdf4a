import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import { type Account, canReach } from "./account";

/** Where an embedded server keeps what it needs. */
export interface ServerPaths {
  /** Holds all the others; removed with the server. */
  directory: string;
  /** PostgreSQL's data directory. */
  data: string;
  /** The server's log. */
  log: string;
}

const forUnreachableClones = "/var/lib/hosterizer-database";

/**
 * The folders of the embedded server of one stack: inside the clone, in `.hosterizer/postgres/<stack>`.
 *
 * A clone that the server's account cannot enter (below /root, say) has them in /var/lib/hosterizer-database. Data that
 * is already in one of the two places stays there, even if the clone's permissions change.
 */
export function serverPaths(
  projectDirectory: string,
  stack: string,
  account: Account | undefined,
): ServerPaths {
  const own = join(projectDirectory, ".hosterizer");
  const inside = pathsIn(join(own, "postgres", stack));
  const outside = pathsIn(join(outsideFolder(projectDirectory), stack));
  if (existsSync(inside.data)) return inside;
  if (existsSync(outside.data)) return outside;
  const entrance = existsSync(own) ? own : projectDirectory;
  return account === undefined || canReach(account, entrance) ? inside : outside;
}

/** Where a copy of the binaries goes when the package itself is out of the account's reach, without its version. */
export function binariesOutside(projectDirectory: string): string {
  return join(outsideFolder(projectDirectory), "postgresql");
}

function outsideFolder(projectDirectory: string): string {
  const hash = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 12);
  return join(forUnreachableClones, `${basename(projectDirectory)}-${hash}`);
}

function pathsIn(directory: string): ServerPaths {
  return { directory, data: join(directory, "data"), log: join(directory, "postgresql.log") };
}
