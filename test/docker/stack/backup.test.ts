import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { comingMigration } from "../../shippedMigrations";
import { killFirstUp } from "../../stack/killFirstUp";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { makeDockerProject } from "./makeDockerProject";
import { nearlyFillSegment } from "./nearlyFillSegment";
import { secretsIn, stateSecrets } from "./stateSecrets";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;
let rows: Record<string, string>;
/** The backups' key. */
let key: string;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
  rows = await readChecksums(project);
});
afterAll(() => project.remove());

const db = (...words: string[]) => project.npm("-s", "db", "--", ...words, "--stack", "dev");

interface Listed {
  backups: { label: string; type: string }[];
  ranges: { timeline: number; from: string; until: string }[];
  restorePoints: { name: string }[];
}

async function listed(): Promise<Listed> {
  const { stdout } = await db("backups", "--json");
  const [repository] = JSON.parse(stdout) as Listed[];
  if (repository === undefined) throw new Error("no repository is listed");
  return repository;
}

/** Has everything that is committed archived. */
async function archive(): Promise<void> {
  const [row] = await project.query<{ name: string }>(
    "select pg_walfile_name(pg_switch_wal()) as name",
  );
  const archiver = "select last_archived_wal as name from pg_stat_archiver";
  await expect
    .poll(async () => (await project.query<{ name: string }>(archiver))[0]?.name ?? "", {
      timeout: 30_000,
      interval: 250,
    })
    .toSatisfy((name: string) => name.slice(8) >= (row?.name ?? "").slice(8));
}

const objects = async () => (await foundByPrefix(project.prefix)).sort();

/** The server's clock, with its offset, between two seconds in which nothing happens. */
async function quietMoment(): Promise<string> {
  await sleep(1_100);
  const [row] = await project.query<{ at: string }>("select clock_timestamp()::text as at");
  await sleep(1_100);
  return row?.at ?? "";
}

test("the first up takes the first backup", async () => {
  await expect
    .poll(async () => (await listed()).backups, { timeout: 60_000, interval: 500 })
    .toMatchObject([{ type: "full" }]);
});

test("a backup by hand builds on the last one", async () => {
  const { code, output } = await db("backup");

  expect(output).toMatch(/^\S+F_\S+I: incremental backup of \d+ MB in /m);
  expect(code).toBe(0);
  expect((await listed()).backups.map(({ type }) => type)).toEqual(["full", "incremental"]);
});

test("the key is printed when asked for, and nothing else shows it", async () => {
  const { stdout, code } = await project.shell(
    "node packages/cli/run.mjs db backup key --stack dev",
  );
  key = stdout.trim();
  const reminder = "The key of the backups is only in the state of stack dev";
  expect(project.transcript.join("\n")).toContain(reminder);
  expect((await project.run("preview")).output).not.toContain(reminder);
  expect(code).toBe(0);
  expect(key).toMatch(/^[\w-]{43}$/);

  const shown: unknown[] = [];
  for (const program of ["postgresql", "backup"] as const) {
    const container = engine.getContainer(`${project.prefix}-${program}`);
    shown.push(await container.inspect(), await container.top());
    shown.push(await project.container(program).logs());
    const processes = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline";
    shown.push((await project.container(program).run(["sh", "-c", processes])).output);
  }
  const secrets = new Map([...(await stateSecrets(project)), ["the key of the backups", key]]);
  expect(secretsIn(JSON.stringify(shown), secrets)).toEqual([]);
  expect(secretsIn(project.transcript.join("\n"), secrets)).toEqual([]);
});

test("the container that takes backups is confined, and unreachable", async () => {
  const { Config, HostConfig, NetworkSettings } = await project.container("backup").inspect();

  expect(Config.User).toBe("5432:5432");
  expect(HostConfig).toMatchObject({ Privileged: false, ReadonlyRootfs: true, CapDrop: ["ALL"] });
  expect(JSON.stringify(HostConfig.Binds)).not.toContain("docker.sock");
  expect(Object.values(NetworkSettings.Ports).flat().filter(Boolean)).toEqual([]);
  const data = await project.container("backup").run(["touch", "/var/lib/postgresql/data/made"]);
  expect(data.output).toContain("Read-only file system");
});

test("a drill restores the backups, and finds them sound", async () => {
  await archive();
  const { code, output } = await db("restore-drill");

  expect(output).toMatch(/^Repository 1 restores\. The drill took /m);
  expect(output).toMatch(/the latest state from \S+: .*, [1-9]\d* tenant rows$/m);
  expect(code).toBe(0);
  expect((await db("backups")).output).toMatch(
    /^Last drill\n {2}.* ago, restored \S+( and \S+)? in .*; .* would have been lost$/m,
  );
});

test("a drill with the wrong key says that the repository cannot be read", async () => {
  const { output, exitCode } = await project
    .container("backup")
    .run([
      ...["env", "PGBACKREST_REPO1_CIPHER_PASS=another-key"],
      ...["node", "/usr/local/lib/hosterizer/scheduler.cjs", "drill", "1"],
    ]);
  expect(output).toMatch(
    /"faults":\["(\[(Crypto|Format)Error\] unable to |the repository cannot be read: )/,
  );
  expect(output).not.toContain(key);
  expect(exitCode).toBe(0);
});

describe("a recovery", () => {
  let moment: string;

  test("is due: a drill names an emptied table and a policy that is missing", async () => {
    expect((await db("restore-drill")).code).toBe(0);
    // The recovery leaves the timeline just before the end of a segment.
    await nearlyFillSegment(project);
    moment = await quietMoment();
    await project.query(
      "delete from public.cost_records; drop policy context_sees_own on public.sites",
    );
    await archive();

    const { code, output } = await db("restore-drill");

    expect(output).toMatch(/public\.cost_records has 0 rows; the previous drill found [1-9]\d*$/m);
    expect(output).toContain("policy context_sees_own on public.sites is missing");
    expect(code).toBe(1);
  });

  test("to the second before a DELETE without WHERE has every row", async () => {
    const unproven = "  hosterizer-database:proof: false\n";
    await project.edit("Pulumi.dev.yaml", unproven, "");
    const { code, output } = await db("restore", "--to", moment, "--replace", "hosterizer");
    await project.write("Pulumi.dev.yaml", `${await project.read("Pulumi.dev.yaml")}${unproven}`);

    expect(output).toContain("  schema: as recorded");
    expect(output).toMatch(/isolation: [\d,]+ attempts, nothing leaks/);
    expect(output).toContain("Stack dev runs on the recovered data.");
    expect(output).toContain(`The data before is kept in the volume ${project.prefix}-data:`);
    expect(output).not.toContain("was not proven");
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(rows);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
  });

  test("leaves archive and backups at work, on a timeline of their own", async () => {
    expect((await db("restore-point", "before-import")).code).toBe(0);
    await project.query("update public.sites set name = 'imported'");
    await archive();

    const { ranges, restorePoints } = await listed();
    expect(ranges.map(({ timeline }) => timeline)).toEqual([1, 2]);
    expect(restorePoints).toMatchObject([{ name: "before-import" }]);
    expect((await db("backup")).code).toBe(0);
  });

  test("to a named point has what was there, though the newest backup is later", async () => {
    const { code, output } = await db(
      "restore",
      "--to-point",
      "before-import",
      "--replace",
      "hosterizer",
    );

    expect(output).toContain("Recovering the restore point before-import from backup ");
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(rows);
  });

  test("that was killed leaves a volume that no server gets, until the next one removes it", async () => {
    const before = await objects();
    for (const moment of [
      { what: "while the backup is restored", printed: /^Recovering/m },
      { what: "while WAL is replayed", printed: /replaying the WAL/ },
      { what: "before the result is checked", printed: /recovered in/ },
      { what: "while the result is checked", printed: /schema: as recorded/ },
    ]) {
      const command = ["db", "--", "restore", "--latest", "--stack", "dev"];
      await killFirstUp(project, moment, "the whole command", command);
    }
    const [present = ""] = /dataVolume: \S+/.exec(await project.read("Pulumi.dev.yaml")) ?? [];
    const unfinished = (await objects()).find(
      (name) => name.startsWith(`volume ${project.prefix}-data-`) && !before.includes(name),
    );
    const named = `dataVolume: ${unfinished?.slice("volume ".length) ?? "none"}`;
    await project.edit("Pulumi.dev.yaml", present, named);
    const refused = await project.run("up", "--skip-preview");
    await project.edit("Pulumi.dev.yaml", named, present);

    expect(refused.output).toContain(
      "was interrupted: its data is not whole. Nothing was changed.",
    );
    expect(refused.code).toBe(1);
    expect(await readChecksums(project)).toEqual(rows);
  });

  test("beside the server changes nothing but a volume, and takes a timeline that no other gets", async () => {
    const histories = async () => {
      const archived = "pgbackrest --stanza=hosterizer repo-ls archive/hosterizer/15-1";
      const { output } = await project.container("backup").run(["sh", "-c", archived]);
      return output.split("\n").filter((name) => name.endsWith(".history"));
    };
    const known = await histories();
    const present = await objects();
    for (const expected of [1, 2]) {
      const { code, output } = await db("restore", "--latest", "--timeline", "1");

      expect(code).toBe(0);
      const [, volume = ""] = /The recovered data is in the volume (\S+);/.exec(output) ?? [];
      expect(await objects()).toContain(`volume ${volume}`);
      await engine.getVolume(volume).remove();
      expect((await histories()).length).toBe(known.length + expected);
    }
    expect((await objects()).filter((name) => !present.includes(name))).toEqual([]);
    expect(await readChecksums(project)).toEqual(rows);
  });

  test("to a moment of another timeline has every row, though the move to it was killed", async () => {
    const options = ["--to", moment, "--timeline", "1", "--replace", "hosterizer"];
    await killFirstUp(
      project,
      { what: "while the server moves", printed: /hosterizer-database:dataVolume is \S+ now/ },
      "the whole command",
      ["db", "--", "restore", ...options, "--stack", "dev"],
    );
    await project.up();

    expect(await readChecksums(project)).toEqual(rows);
    await archive();
    expect((await db("backup")).code).toBe(0);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
  });

  test.each([
    { words: ["--to", "2026-11-28 13:12:47"], says: "has no offset from UTC. In UTC it is" },
    { words: ["--to", "2001-01-01 00:00:00+00"], says: "cannot be recovered. What can be:" },
    { words: ["--to", "2101-01-01 00:00:00+00"], says: "No later transaction is archived yet" },
    { words: ["--to-point", "nowhere"], says: "repository 1 has no restore point nowhere." },
    { words: ["--latest", "--timeline", "9"], says: "--timeline 9: no backup leads to it." },
    { words: ["--latest", "--replace", "other"], says: '"other" is not the database of stack dev' },
    { words: ["--latest", "--as", "dev"], says: "--as: stack dev has the names of stack dev" },
    { words: ["--latest", "--as", "local"], says: "--as: stack local does not run in Docker" },
    { words: ["--latest", "--scrub"], says: "--scrub: only a copy is scrubbed." },
    { words: ["--as", "review"], says: "nothing says which moment." },
    { words: ["--latest", "--schema-only"], says: "--schema-only is for dumps" },
    { words: ["some.dump", "--timeline", "2"], says: "--timeline is for recoveries" },
    { words: ["some.dump", "--latest"], says: "A dump and a moment" },
    { words: [], says: "Nothing says what to restore." },
  ])("refuses $words, and changes nothing", async ({ words, says }) => {
    const before = await objects();
    const { code, output } = await db("restore", ...words);

    expect(output).toContain(says);
    expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
    expect(code).toBe(1);
    expect(await objects()).toEqual(before);
  });
});

describe("a copy as another stack", () => {
  const dbOf = (stack: string, ...words: string[]) =>
    project.npm("-s", "db", "--", ...words, "--stack", stack);
  const copy = (program: string) =>
    new TestContainer(engine.getContainer(`${project.prefix}-review-${program}`));
  const psql = async (sql: string) =>
    (await copy("postgresql").succeed("psql", "-XAt", "-d", "hosterizer", "-c", sql)).trim();
  const secret = "zebrafinch";
  let verifiers: string[];

  beforeAll(async () => {
    const settings = {
      ...{ instance: "docker", port: await freePort(), poolerPort: await freePort() },
      ...{ dockerName: `${project.prefix}-review`, proof: false },
    };
    const lines = Object.entries(settings).map(
      ([name, value]) => `  hosterizer-database:${name}: ${String(value)}\n`,
    );
    await project.write("Pulumi.review.yaml", `config:\n${lines.join("")}`);
    await project.query(
      `insert into public.users (email, full_name, password_hash) values ('${secret}@example.com', '${secret}', '${secret}');
       update public.customers set white_label_config = '{"title": "${secret}"}' where id = 1;
       update public.deployments set terraform_output = '${secret}' where id < 9;
       analyze`,
    );
    rows = await readChecksums(project);
    const stored = await project.query<{ verifier: string }>(
      "select rolpassword as verifier from pg_authid where rolpassword is not null",
    );
    verifiers = stored.map(({ verifier }) => verifier);
  });

  test("is refused while a column that may hold text has no rule", async () => {
    await archive();
    await project.query("create table public.notes (id int primary key, note jsonb)");
    const before = await objects();
    const { code, output } = await db("restore", "--latest", "--as", "review", "--scrub");
    await project.query("drop table public.notes");

    expect(output).toContain("public.notes.note in database/scrub.ts: is of type jsonb");
    expect(code).toBe(1);
    expect(await objects()).toEqual(before);
  });

  test("has its own passwords, backups and keys, and no old value, after others were killed", async () => {
    const before = await objects();
    const options = ["--latest", "--as", "review", "--scrub"];
    for (const printed of [/^Recovering/m, /scrubbed: 5 tables/]) {
      const moment = { what: "while the copy is made", printed };
      const command = ["db", "--", "restore", ...options, "--stack", "dev"];
      await killFirstUp(project, moment, "the whole command", command);
    }
    const { code, output } = await db("restore", ...options);

    expect(output).toContain("  scrubbed: 5 tables\n");
    expect(output).toContain("  schema: as recorded");
    expect(output).toContain("Stack review runs on a copy of stack dev: the latest state.");
    expect(code).toBe(0);
    const { code: drifted } = await project.npm("drift", "--", "--stack", "review");
    expect(drifted).toBe(0);
    const volumes = (await objects()).filter((name) => /^volume .*-review-data-/.test(name));
    expect(volumes.length).toBe(1);

    const email = "select email from public.users order by id desc limit 1";
    expect(await psql(email)).toMatch(/^user-\d+@example\.invalid$/);
    const [{ count } = { count: "" }] = await project.query<{ count: string }>(
      "select count(*)::text from public.cost_records",
    );
    expect(await psql("select count(*) from public.cost_records")).toBe(count);
    await copy("postgresql").succeed("psql", "-XAt", "-c", "checkpoint");
    for (const old of [secret, ...verifiers]) {
      const { output: files } = await copy("postgresql").run([
        ...["grep", "-rliF", "--", old, "/var/lib/postgresql"],
      ]);
      expect(files).toBe("");
    }

    await expect
      .poll(
        async () =>
          (JSON.parse((await dbOf("review", "backups", "--json")).stdout) as Listed[])[0]?.backups,
        { timeout: 60_000, interval: 500 },
      )
      .toMatchObject([{ type: "full" }]);
    expect((await objects()).filter((name) => !name.includes("-review"))).toEqual(before);
    expect(await readChecksums(project)).toEqual(rows);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
    expect((await db("backup")).code).toBe(0);
  });

  test("overwrites nothing that exists", async () => {
    const before = await objects();
    const { code, output } = await db("restore", "--latest", "--as", "review");

    expect(output).toMatch(/--as: stack review exists: \d+ resources in its state, container /);
    expect(code).toBe(1);
    expect(await objects()).toEqual(before);
    const [, volume = ""] =
      /dataVolume: (\S+)/.exec(await project.read("Pulumi.review.yaml")) ?? [];
    const removed = await project.npm(
      ...["destroy", "--", "--stack", "review", "--yes", "--volume", volume],
      ...["--backups", `${project.prefix}-review-backup`],
    );
    expect(removed.code).toBe(0);
    expect((await objects()).filter((name) => name.includes("-review"))).toEqual([]);
  });
});

const inBackup = (line: string) => project.container("backup").succeed("sh", "-c", line);

test("a drill follows the timeline of a server that was recovered", async () => {
  await archive();
  const { code, output } = await db("restore-drill");

  expect(output).toMatch(/^Repository 1 restores\./m);
  expect(code).toBe(0);
  expect((await listed()).ranges.length).toBeGreaterThan(1);
});

const segments = "find /var/lib/pgbackrest/archive -name '*.zst' | sort";
const bundles = "find /var/lib/pgbackrest/backup -path '*F/bundle/*' -type f | sort";

/** Damage to a file of a repository, and the words in which a drill names it. Each is repaired. */
const damages = [
  {
    what: "a segment of WAL in the middle is missing",
    file: `${segments} | tail -n 3 | head -n 1`,
    breaks: "rm",
    says: "the archive lacks the WAL segment SEGMENT",
  },
  {
    what: "the last segment of WAL is missing",
    file: `${segments} | tail -n 1`,
    breaks: "rm",
    says: "the archive lacks the WAL segment SEGMENT",
  },
  {
    what: "a segment of WAL is corrupt",
    file: `${segments} | tail -n 3 | head -n 1`,
    breaks: "dd if=/dev/zero bs=1 seek=100 count=64 conv=notrunc status=none of=",
    says: "damaged: .*SEGMENT",
  },
  {
    what: "a bundle of a backup is corrupt",
    file: `${bundles} | head -n 1`,
    breaks: "dd if=/dev/zero bs=1 seek=100 count=64 conv=notrunc status=none of=",
    says: String.raw`damaged: invalid checksum '\S+F/pg_data/`,
  },
] as const;

test.each(damages)("a drill says that $what", async ({ file, breaks, says }) => {
  // The last three are of the present timeline then, and others follow the one that is damaged.
  for (let segment = 0; segment < 3; segment++) {
    await project.query("select pg_logical_emit_message(true, 'test', '')");
    await archive();
  }
  const path = (await inBackup(file)).trim();
  await inBackup(`cp -p ${path} /tmp/kept`);
  await inBackup(breaks === "rm" ? `rm ${path}` : `${breaks}${path}`);

  const { code, output } = await db("restore-drill");
  await inBackup(`mv -f /tmp/kept ${path}`);

  expect(output).toContain("Repository 1 does not restore as it should.");
  const segment = /[0-9A-F]{24}(?=-[0-9a-f]{40})/.exec(path)?.[0] ?? "";
  expect(output).toMatch(new RegExp(says.replace("SEGMENT", segment)));
  expect(code).toBe(1);
});

/** Shows a program of Node.js the time in an hour. */
const inAnHour = `
  const Now = Date;
  const hour = 60 * 60 * 1000;
  globalThis.Date = class extends Now {
    constructor(...given) {
      if (given.length === 0) super(Now.now() + hour);
      else super(...given);
    }
    static now() {
      return Now.now() + hour;
    }
  };`;

test("a drill says that nothing has been archived for an hour", async () => {
  // To a drill whose clock is an hour ahead, the archive ended an hour ago.
  await inBackup(`cat >/tmp/ahead.cjs <<'END'\n${inAnHour}\nEND`);
  const { output } = await project
    .container("backup")
    .run([
      ...["env", "NODE_OPTIONS=--require=/tmp/ahead.cjs"],
      ...["node", "/usr/local/lib/hosterizer/scheduler.cjs", "drill", "1"],
    ]);
  await inBackup("rm /var/lib/pgbackrest/drills/$(ls /var/lib/pgbackrest/drills | tail -n 1)");

  expect(output).toMatch(
    /"the newest transaction is 3[67]\d\d s old, and there is one a minute: WAL is not archived, or the end of the archive is missing"/,
  );
});

test("a drill says that heap pages are damaged, by their checksums and without", async () => {
  const maintenance = await project.connection(undefined, "postgres");
  await rowsOf(maintenance, "create extension pageinspect");
  // Without checksums, the second one's damage is no more than a wrong byte.
  for (const table of ["flipped", "unchecked"]) {
    await rowsOf(
      maintenance,
      `create table public.${table} with (autovacuum_enabled = off)
           as select n, repeat('x', 100) as text from generate_series(1, 50) as n`,
    );
    await rowsOf(maintenance, `vacuum (freeze) public.${table}`);
    await rowsOf(maintenance, "checkpoint");
    const [row] = await rowsOf<{ path: string }>(
      maintenance,
      `select current_setting('data_directory') || '/' || pg_relation_filepath('public.${table}') as path`,
    );
    const path = row?.path ?? "";
    const inServer = (line: string) => project.container("postgresql").succeed("sh", "-c", line);
    const page = Buffer.from(await inServer(`head -c 8192 ${path} | base64 -w0`), "base64");
    // The first row's header says where its columns begin. https://www.postgresql.org/docs/15/storage-page-layout.html
    const tuple = page.readUInt32LE(24) & 0x7fff;
    page.writeUInt8(page.readUInt8(tuple + 22) ^ 0x80, tuple + 22);
    if (table === "unchecked") {
      const [sum] = await rowsOf<{ sum: number }>(
        maintenance,
        `select page_checksum(decode('${page.toString("hex")}', 'hex'), 0) as sum`,
      );
      page.writeInt16LE(sum?.sum ?? 0, 8);
    }
    const text = page.toString("base64");
    await inServer(`echo ${text} | base64 -d | dd of=${path} conv=notrunc status=none`);
  }
  expect((await db("backup")).code).toBe(0);
  const { code, output } = await db("restore-drill");
  const { backups } = await listed();
  const label = backups.at(-1)?.label ?? "";
  await inBackup(`pgbackrest --stanza=hosterizer --repo=1 --set=${label} expire`);
  await rowsOf(
    maintenance,
    "drop extension pageinspect; drop table public.flipped, public.unchecked",
  );

  expect(output).toContain(`backup ${label} has pages with wrong checksums`);
  expect(output).toMatch(/pages are damaged: .*invalid page in block 0 of relation/);
  expect(output).toMatch(/pages are damaged: .*postgres\.public\.unchecked.*begin/);
  expect(code).toBe(1);
});

test("migrations wait for a sound drill where the stack asks for one", async () => {
  const name = comingMigration("note_sites");
  await project.write(
    "Pulumi.dev.yaml",
    `${await project.read("Pulumi.dev.yaml")}  hosterizer-database:backup: { drillWithin: 8d }\n`,
  );
  await project.write(`migrations/${name}.up.sql`, "alter table public.sites add note text;\n");
  await project.write(`migrations/${name}.down.sql`, "alter table public.sites drop note;\n");
  const plain = () =>
    project.shell("node packages/cli/run.mjs pulumi preview --stack dev --non-interactive");
  const warning = "The last drill of the backups of stack dev in repository 1, on ";
  // One of the drills before was sound.
  const passed = await project.run("preview");
  expect(passed.output).toContain(warning);
  expect(passed.code).toBe(0);

  await inBackup("rm /var/lib/pgbackrest/drills/*");
  await project.container("backup").stop();
  await project.container("backup").start();
  await expect
    .poll(() => project.container("backup").run(["cat", "/var/lib/hosterizer-drill/last.json"]))
    .toMatchObject({ output: expect.stringContaining('"last":null') as unknown });
  for (const { code, output } of [await project.run("up"), await plain()]) {
    expect(output).toContain("No drill has restored the backups of stack dev in repository 1 yet");
    expect(output).toMatch(/note_sites: no drill has restored stack dev within 8 days \(/);
    expect(code).not.toBe(0);
  }
  await archive();
  expect(await db("restore-drill")).toMatchObject({ code: 0 });
  expect(await plain()).toMatchObject({ code: 0 });
  expect((await db("status")).output).toMatch(
    /^ *Drill +\S.* ago, restored \S+( and \S+)? in .* would have been lost$/m,
  );
  for (const half of ["up", "down"]) await project.shell(`rm migrations/${name}.${half}.sql`);
});

test("destroy keeps the backups and their key, and the next up goes on with both", async () => {
  const { backups } = await listed();
  const { code, output } = await project.run("destroy");
  expect(output).toContain(`The volume ${project.prefix}-backup is kept, with its backups`);
  expect(code).toBe(0);
  expect((await project.read(".hosterizer/dev/backup.key")).trim()).toBe(key);

  const before = await objects();
  await project.shell("mv .hosterizer/dev/backup.key .hosterizer/dev/elsewhere");
  const refused = await project.run("up", "--skip-preview");
  await project.shell("mv .hosterizer/dev/elsewhere .hosterizer/dev/backup.key");
  expect(refused.output).toContain("their key is neither in its state nor in its configuration.");
  expect(await objects()).toEqual(before);

  await project.up();
  expect((await listed()).backups.slice(0, backups.length)).toEqual(backups);
  expect((await db("backup")).code).toBe(0);
});

test("from repository and key alone a lost server is recovered into an empty one", async () => {
  const { backups } = await listed();
  const [, volume = ""] = /dataVolume: (\S+)/.exec(await project.read("Pulumi.dev.yaml")) ?? [];
  await project.shell("rm -r .hosterizer/state .hosterizer/dev/backup.key");
  // The only copy of the key is in the containers, and goes with them.
  expect(await project.run("destroy", "--volume", volume)).toMatchObject({ code: 0 });
  expect((await project.read(".hosterizer/dev/backup.key")).trim()).toBe(key);
  const before = await objects();

  const refused = await project.run("up", "--skip-preview");
  expect(refused.output).toContain(`and ${project.prefix}-backup has the backups of its server.`);
  expect(refused.code).toBe(1);
  expect(await objects()).toEqual(before);

  const repository = `${project.prefix}-backup`;
  expect(await project.run("up", "--backups", repository)).toMatchObject({ code: 0 });
  expect(await project.query("select from public.sites")).toEqual([]);
  expect((await listed()).backups.slice(0, backups.length)).toEqual(backups);
  const { code } = await db("restore", "--latest", "--replace", "hosterizer");
  expect(code).toBe(0);
  expect(await readChecksums(project)).toEqual(rows);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
  expect((await db("backup")).code).toBe(0);
});
