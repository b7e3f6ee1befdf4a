import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readProcesses } from "../../src/stack/processes";
import { type Clone, makeClone, toItsEnd } from "./clone";

let clone: Clone;
const bookkeeping = () => join(clone.folder, ".hosterizer", "state", ".pulumi");
const locks = (stack = "local") =>
  join(bookkeeping(), "locks", "organization", "hosterizer-database", stack);
const state = () => join(bookkeeping(), "stacks", "hosterizer-database", "local.json");
/** Process id of the Pulumi whose update is under way until it is killed. */
let updating = 0;

beforeAll(async () => {
  clone = await makeClone();
  // The first command also sets up, which takes a while.
  await clone.run(["shell", "--print"]);
  updating = await upUnderWay();
});
afterAll(async () => {
  if (updating > 0) kill(updating);
  for (const { pid, directory } of readProcesses()) if (directory === clone.folder) kill(pid);
  await clone.remove();
});

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Starts a slow up, and waits until it is creating a resource. */
async function upUnderWay(): Promise<number> {
  const child = clone.start(["up"], { PAUSE: "60000" });
  void toItsEnd(child);
  for (let attempt = 0; attempt < 300; attempt++) {
    const text = existsSync(state()) ? await readFile(state(), "utf8") : "";
    const [lock] = existsSync(locks()) ? await readdir(locks()) : [];
    if (text.includes('::first"') && lock !== undefined) {
      const { pid } = JSON.parse(await readFile(join(locks(), lock), "utf8")) as { pid: number };
      return pid;
    }
    await sleep(100);
  }
  throw new Error("the update did not begin");
}

/** Pulumi's plugins that work for the clone, recognized by their working folder. */
const plugins = () =>
  readProcesses().filter(
    ({ command, directory }) => directory === clone.folder && command.includes("dynamic-provider"),
  );

/** Leaves the lock of a process that has exited, or never was Pulumi. */
async function leaveLock(stack: string, holder: { pid: number; hostname: string }): Promise<void> {
  await mkdir(locks(stack), { recursive: true });
  const lock = { ...holder, username: "ann", timestamp: "2026-01-01T00:00:00Z" };
  await writeFile(join(locks(stack), "a.json"), JSON.stringify(lock));
}

test("keeps the lock of a running update", async () => {
  const { code, stderr } = await clone.run(["up"]);

  expect(code).toBe(1);
  expect(stderr).toContain(`Another update of stack local is running (process ${updating}`);
  expect(await readdir(locks())).toHaveLength(1);
});

test("healing one stack does not affect a running update of another", async () => {
  await copyFile(join(clone.folder, "Pulumi.local.yaml"), join(clone.folder, "Pulumi.dev.yaml"));
  const before = plugins().map(({ pid }) => pid);
  await leaveLock("dev", { pid: process.pid, hostname: hostname() });

  const { code, stderr } = await clone.run(["up", "--stack", "dev", "--yes"]);

  expect(code).toBe(0);
  expect(stderr).toContain("its lock is removed");
  expect(plugins().map(({ pid }) => pid)).toEqual(before);
});

test("a killed update is cleaned up by the next one, which then converges", async () => {
  kill(updating);
  expect(plugins()).not.toEqual([]);

  const { code, stdout, stderr } = await clone.run(["up"]);

  expect(code).toBe(0);
  expect(stderr).toContain("its lock is removed");
  expect(stderr).toContain("- first: will be created again");
  expect(stdout).toContain("+ 3 created");
  expect(await readFile(state(), "utf8")).not.toContain("pending_operations");
  expect(plugins()).toEqual([]);
  expect((await clone.run(["drift"])).code).toBe(0);
});

test("leaves the lock of a process on another machine to the user", async () => {
  await leaveLock("local", { pid: 1, hostname: "elsewhere" });

  const refused = await clone.run(["up"]);
  const ended = await clone.shell(
    'eval "$(node packages/cli/run.mjs shell --print)" && pulumi cancel --yes',
  );
  const up = await clone.run(["up"]);

  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("locked by process 1 on elsewhere");
  expect(refused.stderr).toContain("pulumi cancel --yes");
  expect(ended.code).toBe(0);
  expect(up.code).toBe(0);
});

test("a lock whose process id now belongs to another program is abandoned", async () => {
  await leaveLock("local", { pid: process.pid, hostname: hostname() });

  const { code, stderr } = await clone.run(["up"]);

  expect(code).toBe(0);
  expect(stderr).toContain("its lock is removed");
});
