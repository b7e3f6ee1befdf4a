import { afterAll, beforeAll, expect, test } from "vitest";

import type { DriftReport } from "../../toolchain/drift/driftReport";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
});
afterAll(() => project.remove());

async function report(): Promise<{ code: number | undefined; told: DriftReport }> {
  const { code, stdout } = await project.shell("npm run -s drift -- --json");
  return { code, told: JSON.parse(stdout) as DriftReport };
}

test("a database as declared is clean, for programs too", async () => {
  const { code, told } = await report();

  expect(code).toBe(0);
  expect(told).toMatchObject({ stack: "local", status: "clean", differences: [] });
});

test("a server older than a security fix is a warning, and no difference", async () => {
  const [server] = await project.query<{ version: number }>(
    "select pg_catalog.current_setting('server_version_num')::int as version",
  );
  const { told } = await report();

  const isOld = (server?.version ?? 0) < 150_020;
  expect(told.warnings.some((line) => /^server version 15\.\d+ is below 15\.20/.test(line))).toBe(
    isOld,
  );
});

test("a migration to come is named, and is no fault", async () => {
  await project.write("migrations/000010_note.up.sql", "comment on schema public is 'tables';\n");
  await project.write("migrations/000010_note.down.sql", "comment on schema public is null;\n");
  const { code, told } = await report();
  await project.shell("rm migrations/000010_note.*");

  expect(code).toBe(7);
  expect(told.differences).toEqual([
    {
      kind: "migration pending",
      object: "migration 000010_note",
      expected: "applied",
      actual: "pending",
      repair: "automatic",
    },
  ]);
});

test("a fault of the program is broken, never clean", async () => {
  await project.write("migrations/000010_half.up.sql", "select 1;\n");
  const { code, told } = await report();
  await project.shell("rm migrations/000010_half.up.sql");

  expect(code).toBe(1);
  expect(told).toMatchObject({ status: "broken", differences: [] });
  expect(told.error).toContain("000010_half.down.sql, is missing");
});

test("a stopped server is named by drift with host and port, and started by up", async () => {
  const [row] = await project.query<{ pid: number }>(
    "select pg_postmaster_start_time(), split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid",
  );
  if (row === undefined) throw new Error("the server does not tell its process id");
  process.kill(row.pid, "SIGINT");
  const stopped = await project.npm("drift");
  const { code, told } = await report();
  const up = await project.succeed("up");

  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.output).toMatch(new RegExp(`127\\.0\\.0\\.1.*${project.port}`));
  expect(stopped.output).not.toMatch(/^ +at .*\.ts:\d+/m);
  expect(code).toBe(1);
  expect(told).toMatchObject({ status: "broken", differences: [] });
  expect(told.error).toMatch(new RegExp(`^[^\n]*127\\.0\\.0\\.1:${project.port}[^\n]*$`));
  expect(up).toContain("was not running; it is again");
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});
