import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-lock-"));
  lock = join(folder, "lock");
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that takes the lock and, while it holds it, writes a line at the start and one at the end. */
function worker(pause: number) {
  const module = JSON.stringify(resolve("packages/cli/src/setUp/setUpLock.mjs"));
  const log = JSON.stringify(join(folder, "log"));
  const script = `
    import { appendFileSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    const { withSetUpLock } = await import(${module});
    await withSetUpLock(${JSON.stringify(lock)}, async () => {
      appendFileSync(${log}, "begin " + process.pid + "\\n");
      await setTimeout(${pause});
      appendFileSync(${log}, "end " + process.pid + "\\n");
    });`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "pipe"],
  });
}

const log = () => readFile(join(folder, "log"), "utf8").catch(() => "");

async function begun(): Promise<void> {
  while (!(await log()).includes("begin")) await new Promise((wait) => setTimeout(wait, 20));
}

test("only one of several processes holds the lock at a time", async () => {
  await Promise.all([1, 2, 3, 4, 5].map(() => once(worker(50), "exit")));

  const lines = (await log()).trim().split("\n");
  expect(lines).toHaveLength(10);
  for (let line = 0; line < 10; line += 2) {
    expect(lines[line + 1]).toBe(lines[line]?.replace("begin", "end"));
  }
});

test("a waiting process says which process it waits for", async () => {
  const holder = worker(1_000);
  await begun();
  const waiting = worker(0);
  const [text] = (await once(waiting.stderr, "data")) as [Buffer];

  expect(text.toString()).toContain(
    `Waiting for another set-up of this folder (process ${holder.pid ?? 0})`,
  );
  await Promise.all([once(holder, "exit"), once(waiting, "exit")]);
});

test("the lock of a killed process is taken over at once, by one of several", async () => {
  const holder = worker(60_000);
  await begun();
  holder.kill("SIGKILL");
  await once(holder, "exit");

  await Promise.all([1, 2, 3].map(() => once(worker(50), "exit")));

  const lines = (await log()).trim().split("\n").slice(1);
  expect(lines.map((line) => line.split(" ")[0]).join(" ")).toBe("begin end begin end begin end");
}, 15_000);

test("takes over a lock that has not been touched for long, even if a process has its id", async () => {
  await writeFile(lock, String(process.pid));
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);

  const [code] = (await once(worker(0), "exit")) as [number];

  expect(code).toBe(0);
});
