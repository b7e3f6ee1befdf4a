import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** A user and group id of the operating system. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that runs the server; undefined for that of this process.
 *
 * PostgreSQL refuses to run as root, so that a break-in does not take over the machine. In that case the project folder's
 * owner runs it or, if that is root too, `nobody`.
 * https://www.postgresql.org/docs/15/postgres-user.html
 */
export function serverAccount(projectDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(projectDirectory);
  return uid === 0 ? { uid: idOfNobody("-u"), gid: idOfNobody("-g") } : { uid, gid };
}

function idOfNobody(flag: "-u" | "-g"): number {
  const id = Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  if (!Number.isInteger(id) || id <= 0) {
    throw new Error(
      "PostgreSQL cannot run as root, and this system has no user `nobody` to run it as.\n" +
        "Run the command as an ordinary user, or make one the owner of the project folder (chown).",
    );
  }
  return id;
}

/** Whether `account` can traverse the folders to `path` and execute (a folder: enter) it. */
export function canReach(account: Account, path: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'test -x "$0"', path], { ...account, cwd: "/" }).status === 0;
}

/** Where an embedded server keeps its files. */
export interface ServerPaths {
  /** Contains all the others; removed with the server. */
  directory: string;
  /** PostgreSQL's data directory. */
  data: string;
  /** The server's log. */
  log: string;
}

const outsideRoot = "/var/lib/hosterizer-database";

/**
 * The folders of a stack's embedded server: `.hosterizer/postgres/<stack>` in the project folder.
 *
 * If the server's account cannot enter the project folder (below /root, say), they are in /var/lib/hosterizer-database. Data
 * that exists in one of the two places stays there, even if the project folder's permissions change.
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

/** The folder of a project outside of the project folder, for what the server's account cannot reach in there. */
export function outsideFolder(projectDirectory: string): string {
  const hash = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 12);
  return join(outsideRoot, `${basename(projectDirectory)}-${hash}`);
}

function pathsIn(directory: string): ServerPaths {
  return { directory, data: join(directory, "data"), log: join(directory, "postgresql.log") };
}
