import { afterAll, beforeAll, expect, test } from "vitest";

import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";
import { builtImage } from "../builtImage";
import { engine } from "../engine";
import { serverFiles } from "./serverFiles";
import { testServer } from "./testServer";

const stack = new TestStack();
const data = stack.volume();
let files: Awaited<ReturnType<typeof serverFiles>>;
let server: TestContainer;
beforeAll(async () => {
  files = await serverFiles();
  server = await testServer(stack, await data, files);
  await server.start();
  await server.until("healthy");
});
afterAll(() => stack.remove());

test("is unhealthy while the server is suspended, and healthy after it resumes", async () => {
  const signal = (name: string) =>
    server.succeed("sh", "-c", `kill -${name} $(head -n 1 "$PGDATA/postmaster.pid")`);
  await signal("STOP");
  await server.until("unhealthy");
  await signal("CONT");
  await server.until("healthy");
  await server.stop();
});

test("is not healthy in single-user mode, which accepts no connections", async () => {
  const image = await builtImage("postgresql");
  const single = await stack.container({
    image,
    volumes: { "/var/lib/postgresql": await data },
    tmpfs: ["/run/postgresql"],
    files,
    entrypoint: ["bash", "-c", "sleep 600 | postgres --single -D $PGDATA postgres"],
  });
  await single.start();
  await expect.poll(() => single.logs(), { timeout: 30_000 }).toContain("stand-alone backend");
  const { Config } = await engine.getImage(image).inspect();
  const [, ...command] = (Config.Healthcheck as { Test: string[] }).Test;
  const { exitCode, output } = await single.run(command);
  expect([exitCode, output]).toEqual([2, expect.stringContaining("No such file or directory")]);
});
