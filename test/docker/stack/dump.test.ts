import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { readChecksums } from "../../stack/readChecksums";
import type { RunningCommand } from "../../stack/project";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";
import { secretsIn, stateSecrets } from "./stateSecrets";

let project: DockerProject;
let data: Record<string, string>;
/** A folder of every program on the PATH but those of PostgreSQL's client. */
let programs: string;
const path = process.env["PATH"] ?? "";

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), "hosterizer-programs-"));
  for (const folder of path.split(delimiter).filter((each) => existsSync(each)))
    for (const name of await readdir(folder))
      if (!/^pg_(dump|restore)$/.test(name) && !existsSync(join(programs, name)))
        await symlink(join(folder, name), join(programs, name)).catch(() => undefined);
  project = await makeDockerProject(inject("dockerTemplate"));
  await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);
  process.env["PATH"] = programs;
});
afterAll(async () => {
  process.env["PATH"] = path;
  await rm(programs, { recursive: true });
  await project.remove();
});

const words = (command: string, ...rest: string[]) => [
  "db",
  "--",
  command,
  "--stack",
  "dev",
  ...rest,
];
const db = (command: string, ...rest: string[]) => project.npm(...words(command, ...rest));
const inProject = (name: string) => join(project.directory, name);

const programContainers = async () => {
  const filters = { name: [`${project.prefix}-postgresql-programs-`] };
  return (await engine.listContainers({ all: true, filters })).map(({ Id }) => Id);
};
/** Whether the engine has a volume. */
const hasVolume = (name: string) =>
  engine
    .getVolume(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );

/** Runs something while pg_dump waits for a table that a session has locked. */
async function whileDumping(
  file: string,
  run: (dumping: RunningCommand) => Promise<void>,
): Promise<{ code: number | undefined; output: string }> {
  const blocker = new Client(clientAddress(await project.connection()));
  await blocker.connect();
  try {
    await blocker.query("begin; lock table public.users in access exclusive mode");
    const dumping = project.start(...words("dump", "--file", file));
    await expect.poll(waitingDumps, { timeout: 60_000 }).toBe(1);
    await run(dumping);
    await blocker.query("rollback");
    const { exitCode: code, all: output } = await dumping;
    return { code, output };
  } finally {
    await blocker.end();
  }
}

const waitingDumps = async () =>
  (
    await project.query(
      "select from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock'",
    )
  ).length;

test("a dump is written by the image's programs, and no one can read the password meanwhile", async () => {
  const secrets = await stateSecrets(project);
  let seen = "";
  const { code, output } = await whileDumping("all.dump", async () => {
    const [id = ""] = await programContainers();
    const container = engine.getContainer(id);
    const inspected = await container.inspect();
    const execs = (inspected as { ExecIDs?: string[] | null }).ExecIDs ?? [];
    seen = JSON.stringify([
      inspected,
      await Promise.all(execs.map((exec) => engine.getExec(exec).inspect())),
      // As every user of the machine sees them.
      await container.top({ ps_args: "axww" }),
      await readCommands(),
    ]);
    expect(inspected.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      LogConfig: { Type: "none" },
    });
    expect(inspected.Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  expect(output).toContain(
    `pg_dump is not installed, or not on the PATH.\nUsing the programs in the image of ${project.prefix}-postgresql.\n`,
  );
  expect(output).toMatch(/^all\.dump: \d+ kB, /m);
  expect(code).toBe(0);
  expect((await stat(inProject("all.dump"))).mode & 0o777).toBe(0o600);
  expect(await programContainers()).toEqual([]);
  expect(seen).toMatch(/pg_dump.*--no-password/);
  expect(secretsIn(seen, secrets)).toEqual([]);
  expect(secretsIn(await project.container("postgresql").logs(), secrets)).toEqual([]);
  expect(secretsIn(output, secrets)).toEqual([]);
});

/** The command lines of this machine's processes. */
async function readCommands(): Promise<string[]> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
}

test.each(["SIGINT", "SIGKILL"] as const)("a dump that %s ends leaves nothing", async (signal) => {
  let volume = "";
  const { output } = await whileDumping("ended.dump", async (dumping) => {
    const [id = ""] = await programContainers();
    volume = (await engine.getContainer(id).inspect()).Mounts[0]?.Name ?? "";
    expect(await hasVolume(volume)).toBe(true);
    process.kill(-Number(dumping.pid), signal);
    await dumping;
    // The session ends although the table is still locked.
    if (signal === "SIGINT") await expect.poll(waitingDumps, { timeout: 30_000 }).toBe(0);
  });

  if (signal === "SIGINT") expect(output).toContain("Interrupted by SIGINT.");
  await expect.poll(programContainers, { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => hasVolume(volume), { timeout: 30_000 }).toBe(false);
  expect(existsSync(inProject("ended.dump"))).toBe(false);
  const unfinished = (await readdir(project.directory)).filter((name) => name.startsWith(".dump-"));
  if (signal === "SIGINT") expect(unfinished).toEqual([]);
});

describe("a dump", () => {
  const sound = [
    /rows: [\d,]+ rows of \d+ tables, as in the dump/,
    /schema: as recorded/,
    /isolation: [\d,]+ attempts, nothing leaks/,
  ];

  test("by several jobs is a folder, and is restored beside the database", async () => {
    const { code, output } = await db("dump", "--jobs", "2", "--file", "several.dump");
    expect(output).toMatch(/^several\.dump: \d+ kB, /m);
    expect(code).toBe(0);
    expect((await stat(inProject("several.dump"))).mode & 0o777).toBe(0o700);
    expect(await readdir(inProject("several.dump"))).toContain("toc.dat");

    const restored = await db("restore", "several.dump", "--into", "beside");
    for (const line of sound) expect(restored.output).toMatch(line);
    expect(restored.code).toBe(0);
    expect(await readChecksums(project)).toEqual(data);
  });

  test("takes the place of the database, with exactly its rows and without drift", async () => {
    await project.query("update public.sites set name = 'changed since'");
    const { code, output } = await db("restore", "all.dump", "--replace", "hosterizer");

    for (const line of sound) expect(output).toMatch(line);
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(data);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
  });

  test("that was cut off, or is none, is refused under its own name", async () => {
    const none = await db("restore", "docs");
    expect(none.output).toMatch(/docs is not a dump, or is damaged\..*"[^"]*\/docs"/);
    expect(none.output).not.toMatch(/\/tmp\/read-/);
    await project.write("cut.dump", (await readFile(inProject("all.dump"), "latin1")).slice(0, 99));
    const { code, output } = await db("restore", "cut.dump");
    expect(output).toMatch(/cut\.dump is not a dump, or is damaged/);
    expect(output).not.toMatch(/\/tmp\/read-/);
    expect(code).toBe(1);
  });

  test("leaves no container", async () => {
    expect(await programContainers()).toEqual([]);
  });
});
