import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A live holder touches the lock regularly. After this time without a touch it is gone, even if another process has its id. */
const staleAfter = 30_000;
const touchEvery = 2_000;

/**
 * Runs `work` while no other process does the same to this project folder. Tells the user while it waits.
 *
 * Plain JavaScript, because it also guards the installation of the packages. Takes over the lock of a killed holder.
 *
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {string} what the name of the work, for the message while it waits
 * @returns {Promise<T>}
 */
export async function withSetUpLock(path, work, what = "set-up") {
  mkdirSync(dirname(path), { recursive: true });
  let said = false;
  while (!take(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && isGone(holder)) {
      breakLock(path, holder);
      continue;
    }
    if (!said && holder !== undefined) {
      process.stderr.write(
        `Waiting for another ${what} of this folder (process ${holder.pid}) …\n`,
      );
      said = true;
    }
    await sleep(300);
  }
  const touch = setInterval(() => {
    const now = new Date();
    utimesSync(path, now, now);
  }, touchEvery);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    rmSync(path, { force: true });
  }
}

// A link appears together with its content, so that a lock always contains a process id.
function take(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(path) {
  try {
    return { pid: Number(readFileSync(path, "utf8")), touched: statSync(path).mtimeMs };
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

function isGone({ pid, touched }) {
  if (Date.now() - touched > staleAfter) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code !== "EPERM";
  }
}

// Only one of several waiting processes can rename the lock. If it was a new one by then, the process gives it back.
function breakLock(path, dead) {
  const taken = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, taken);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return;
  }
  if (Number(readFileSync(taken, "utf8")) !== dead.pid) linkSync(taken, path);
  rmSync(taken);
}
