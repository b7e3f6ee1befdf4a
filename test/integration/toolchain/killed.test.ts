import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { readProcesses } from "../../../toolchain/healing/processes";
import { type Clone, makeClone, toItsEnd } from "./clone";

let clone: Clone;
const bookkeeping = () => join(clone.folder, ".hosterizer", "state", ".pulumi");
const locks = () => join(bookkeeping(), "locks", "organization", "hosterizer-database", "local");
const state = () => join(bookkeeping(), "stacks", "hosterizer-database", "local.json");
const running: ReturnType<Clone["start"]>[] = [];

beforeAll(async () => {
  clone = await makeClone();
});
beforeEach(() => clone.run(["destroy", "--yes"]));
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => clone.remove());

/** Starts an up that takes its time, and waits until it is in the middle of making a resource. */
async function upUnderWay(): Promise<number> {
  const child = clone.start(["up"], { PAUSE: "60000" });
  running.push(child);
  void toItsEnd(child);
  for (let attempt = 0; attempt < 300; attempt++) {
    const text = existsSync(state()) ? await readFile(state(), "utf8") : "";
    const [lock] = existsSync(locks()) ? await readdir(locks()) : [];
    if (text.includes('"creating"') && lock !== undefined) {
      return (JSON.parse(await readFile(join(locks(), lock), "utf8")) as { pid: number }).pid;
    }
    await sleep(100);
  }
  throw new Error("the update did not begin");
}

const plugins = () => readProcesses().filter(({ command }) => command.includes(clone.folder));

test("a killed update is cleaned up by the next one, which then converges", async () => {
  const pid = await upUnderWay();
  process.kill(pid, "SIGKILL");

  const { code, stdout, stderr } = await clone.run(["up"]);

  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain("its lock is taken away");
  expect(stderr).toContain("- first: will be made again");
  expect(stdout).toContain("+ 3 created");
  expect(await readFile(state(), "utf8")).not.toContain("pending_operations");
  expect(plugins()).toEqual([]);
  expect((await clone.run(["drift"])).code).toBe(0);
});

test("the lock of an update that lives is left alone", async () => {
  const pid = await upUnderWay();

  const { code, stderr } = await clone.run(["up"]);

  expect(code).toBe(1);
  expect(stderr).toContain(`Another update of stack local is running (process ${pid}`);
  expect(await readdir(locks())).toHaveLength(1);
  process.kill(pid, "SIGKILL");
});

test("the lock of a process of another machine is the user's to judge", async () => {
  await mkdir(locks(), { recursive: true });
  const lock = {
    pid: 1,
    username: "ann",
    hostname: "elsewhere",
    timestamp: "2026-01-01T00:00:00Z",
  };
  await writeFile(join(locks(), "a.json"), JSON.stringify(lock));

  const refused = await clone.run(["up"]);
  const ended = await clone.shell(
    'eval "$(node toolchain/run.mjs shell --print)" && pulumi cancel --yes',
  );
  const up = await clone.run(["up"]);

  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("locked by process 1 on elsewhere");
  expect(refused.stderr).toContain("pulumi cancel --yes");
  expect(ended.code).toBe(0);
  expect(up.code).toBe(0);
});

test("a lock whose process id now belongs to another program is abandoned", async () => {
  await mkdir(locks(), { recursive: true });
  const lock = { pid: process.pid, hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" };
  await writeFile(join(locks(), "a.json"), JSON.stringify(lock));

  const { code, stderr } = await clone.run(["up"]);

  expect(code).toBe(0);
  expect(stderr).toContain("its lock is taken away");
});
