import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

/** A user and group id of the operating system. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that the server runs as, or undefined for the present one.
 *
 * PostgreSQL refuses to run as root, because whoever breaks into the server would own the machine. Then the clone's owner
 * runs it and, if that is root too, `nobody`.
 * https://www.postgresql.org/docs/15/postgres-user.html
 */
export function serverAccount(projectDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(projectDirectory);
  return uid === 0 ? { uid: idOfNobody("-u"), gid: idOfNobody("-g") } : { uid, gid };
}

/** Whether `account` may pass through to `path` and execute (a folder: enter) it. */
export function canReach(account: Account, path: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'test -x "$0"', path], { ...account, cwd: "/" }).status === 0;
}

function idOfNobody(flag: "-u" | "-g"): number {
  const id = Number(spawnSync("id", [flag, "nobody"], { encoding: "utf8" }).stdout);
  if (!Number.isInteger(id) || id <= 0) {
    throw new Error(
      "PostgreSQL cannot run as root, and this system has no user `nobody` to run it as.\n" +
        "Run the command as an ordinary user, or give the project folder to one (chown).",
    );
  }
  return id;
}
