import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Loads the program's declarations, as the command line does.
import "../../../../preload.cjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  type ClientProgram,
  runClientProgram,
  type RunProgram,
} from "@hosterizer/postgres/backup/clientProgram";
import { withClientPrograms } from "../../../../src/db/dump/clientPrograms";

const { PATH, DOCKER_HOST } = process.env;
let folder: string;
let engine: Server;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-programs-"));
  // An engine that says which version it is: nothing else is asked before a program runs.
  engine = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ Version: "28.0", ApiVersion: "1.41" }));
  });
  const socket = join(folder, "docker.sock");
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  process.env["DOCKER_HOST"] = `unix://${socket}`;
  process.env["PATH"] = folder;
});
afterEach(async () => {
  process.env["PATH"] = PATH;
  if (DOCKER_HOST === undefined) delete process.env["DOCKER_HOST"];
  else process.env["DOCKER_HOST"] = DOCKER_HOST;
  engine.closeAllConnections();
  await new Promise((resolve) => engine.close(resolve));
  await rm(folder, { recursive: true });
});

async function install(program: ClientProgram, script: string): Promise<void> {
  await writeFile(join(folder, program), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, program), 0o755);
}

const saying = (version: string) => `echo 'pg_dump (PostgreSQL) ${version}'`;
const chosen = (stack: string, programs: readonly ClientProgram[] = ["pg_dump"]) =>
  withClientPrograms(stack, programs, 15, (run: RunProgram) => Promise.resolve(run));

describe.each([
  { what: "missing", script: undefined, says: "pg_dump is not installed, or not on the PATH." },
  {
    what: "older than the server",
    script: saying("14.20"),
    says: "pg_dump is of PostgreSQL 14, and the server is of PostgreSQL 15.",
  },
  {
    what: "broken",
    script: "echo 'pg_dump: error while loading shared libraries: libpq.so.5' >&2; exit 127",
    says: "pg_dump --version fails: error while loading shared libraries: libpq.so.5",
  },
  {
    what: "another program",
    script: "echo hello",
    says: 'pg_dump does not say its version, but "hello", and the server is of PostgreSQL 15.',
  },
])("where this machine's program is $what", ({ script, says }) => {
  beforeEach(async () => {
    if (script !== undefined) await install("pg_dump", script);
  });

  test("a stack in Docker uses those of its server's image", async () => {
    expect(await chosen("dev")).not.toBe(runClientProgram);
  });

  test("another stack refuses, and says that stacks in Docker need none", async () => {
    await expect(chosen("local")).rejects.toMatchObject({
      name: "UserError",
      fault: says,
      remedy: expect.stringMatching(
        /^Install PostgreSQL's client[^]*Stacks in Docker need/,
      ) as unknown,
    });
  });

  test("a stack in Docker without an engine refuses, and names both reasons", async () => {
    process.env["DOCKER_HOST"] = `unix://${join(folder, "nothing.sock")}`;
    await expect(chosen("dev")).rejects.toMatchObject({
      name: "UserError",
      fault: expect.stringMatching(/PATH|14|libraries|hello/) as unknown,
      remedy: expect.stringContaining("Install PostgreSQL's client") as unknown,
    });
    await expect(chosen("dev")).rejects.toThrow(/Stack dev runs in Docker, and cannot reach/);
  });
});

test.each(["15.18 (Debian 15.18-0+deb12u1)", "17.2"])(
  "a program of PostgreSQL %s is used on every stack",
  async (version) => {
    await install("pg_dump", saying(version));
    expect(await chosen("dev")).toBe(runClientProgram);
    expect(await chosen("local")).toBe(runClientProgram);
  },
);

test("both programs are of one place: they belong together", async () => {
  await install("pg_dump", saying("15.18"));
  expect(await chosen("dev", ["pg_restore", "pg_dump"])).not.toBe(runClientProgram);
});
