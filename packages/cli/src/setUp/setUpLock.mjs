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

/** A holder shows that it lives by touching the lock; one that was silent for so long is gone, whoever has its process id. */
const silenceOfTheDead = 30_000;
const touchEvery = 2_000;

/**
 * Runs `work` while no other process does the same to this project folder, and says so while it waits.
 *
 * Plain JavaScript, because it also guards the installation of the packages. A lock whose holder was killed is taken over.
 *
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {string} what it is called, while another process does it
 * @returns {Promise<T>}
 */
export async function withSetUpLock(path, work, what = "set-up") {
  mkdirSync(dirname(path), { recursive: true });
  let said = false;
  while (!take(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && isGone(holder)) {
      giveUp(path, holder);
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

// A link appears with its content or not at all, so nobody reads a lock without a process id.
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
  if (Date.now() - touched > silenceOfTheDead) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code !== "EPERM";
  }
}

// Renaming takes the lock away from exactly one of several waiting processes. If that one got a fresh lock, it gives it back.
function giveUp(path, dead) {
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
