import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { copyId, readCopyId } from "@hosterizer/postgres/backup/pgbackrest/copyId";
import { allFaults } from "@hosterizer/postgres/backup/drill/drillRecord";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { someOf } from "../../repetitions";
import { killFirstUp, type Moment } from "../../stack/killFirstUp";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import {
  archive,
  awaitReport,
  backedUp,
  backupsOf,
  drill,
  lastBackup,
  listed,
  takeBackup,
} from "./backups";
import { damagePages } from "./damagePages";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { makeDockerProject } from "./makeDockerProject";
import { nearlyFillSegment } from "./nearlyFillSegment";
import { refusals } from "./refusals";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;
let rows: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  // As if the password of app_user had been rotated.
  const rotated = "  hosterizer-database:logins: { app_user: [1] }\n";
  await project.write("Pulumi.dev.yaml", `${await project.read("Pulumi.dev.yaml")}${rotated}`);
  await project.up();
  await project.query(tenantRows);
  rows = await readChecksums(project);
});
afterAll(() => project.remove());

const objects = async () => (await foundByPrefix(project.prefix)).sort();
const inBackup = (line: string) => project.container("backup").succeed("sh", "-c", line);

/** The server's clock, with its offset, between two seconds in which nothing happens. */
async function quietMoment(): Promise<string> {
  await sleep(1_100);
  const [row] = await project.query<{ at: string }>("select clock_timestamp()::text as at");
  await sleep(1_100);
  return row?.at ?? "";
}

/** Starts a recovery and kills it, at some of the moments one after the other. */
async function kill(options: readonly string[], moments: readonly Moment[]): Promise<void> {
  for (const moment of someOf(moments)) {
    const command = ["db", "--", "restore", ...options, "--stack", "dev"];
    await killFirstUp(project, moment, "the whole command", command);
  }
}

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

describe("a recovery", () => {
  let moment: string;

  test("is due: a drill names damaged pages, an emptied table, a missing policy, an undeclared table and the archive's age", async () => {
    await backedUp(project);
    await archive(project);
    expect(allFaults(await drill(project))).toEqual([]);
    // The recovery leaves the timeline just before the end of a segment.
    await nearlyFillSegment(project);
    moment = await quietMoment();
    await damagePages(project);
    await takeBackup(project);
    await project.query(
      `delete from public.cost_records; drop policy context_sees_own on public.sites;
       create table public.by_hand ()`,
    );
    await archive(project);
    // To a drill whose clock is an hour ahead, the archive ended an hour ago.
    await inBackup(`cat >/tmp/ahead.cjs <<'END'\n${inAnHour}\nEND`);

    const environment = ["NODE_OPTIONS=--require=/tmp/ahead.cjs"];
    const faults = allFaults(await drill(project, { environment })).join("\n");

    await inBackup("rm /var/lib/pgbackrest/drills/$(ls /var/lib/pgbackrest/drills | tail -n 1)");
    const label = (await backupsOf(project)).at(-1)?.label ?? "";
    await inBackup(`pgbackrest --stanza=hosterizer --repo=1 --set=${label} expire`);
    expect(faults).toContain(`backup ${label} has pages with wrong checksums`);
    expect(faults).toMatch(/pages are damaged: .*invalid page in block 0 of relation/);
    expect(faults).toMatch(/pages are damaged: .*postgres\.public\.unchecked.*begin/);
    expect(faults).toMatch(/public\.cost_records has 0 rows; the previous drill found [1-9]\d*$/m);
    expect(faults).toContain("policy context_sees_own on public.sites is missing");
    expect(faults).toMatch(/public\.by_hand is \w+, by the record$/m);
    expect(faults).toMatch(
      /the newest transaction is 3[67]\d\d s old, and there is one a minute: WAL is not archived, or the end of the archive is missing/,
    );
  });

  test("to the second before a DELETE without WHERE has every row", async () => {
    const unproven = "  hosterizer-database:proof: false\n";
    await project.edit("Pulumi.dev.yaml", unproven, "");
    const { code, output } = await project.db("restore", "--to", moment, "--replace", "hosterizer");
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
    expect((await project.db("restore-point", "before-import")).code).toBe(0);
    await project.query("update public.sites set name = 'imported'");
    await archive(project);

    const { ranges, restorePoints } = await listed(project);
    expect(ranges.map(({ timeline }) => timeline)).toEqual([1, 2]);
    expect(restorePoints).toMatchObject([{ name: "before-import" }]);
    await takeBackup(project);
  });

  test("to a named point has what was there, though the newest backup is later", async () => {
    const words = ["--to-point", "before-import", "--replace", "hosterizer"];
    const { code, output } = await project.db("restore", ...words);

    expect(output).toContain("Recovering the restore point before-import from backup ");
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(rows);
  });

  test("that was killed leaves a volume that no server gets, until the next one removes it", async () => {
    const before = await objects();
    await kill(
      ["--latest"],
      [
        { what: "while the backup is restored", printed: /^Recovering/m },
        { what: "while WAL is replayed", printed: /replaying the WAL/ },
        { what: "before the result is checked", printed: /recovered in/ },
        { what: "while the result is checked", printed: /schema: as recorded/ },
      ],
    );
    const [present = ""] = /dataVolume: \S+/.exec(await project.read("Pulumi.dev.yaml")) ?? [];
    const unfinished = (await objects()).find(
      (name) => name.startsWith(`volume ${project.prefix}-data-`) && !before.includes(name),
    );
    const named = `dataVolume: ${unfinished?.slice("volume ".length) ?? "none"}`;
    await project.edit("Pulumi.dev.yaml", present, named);
    const refused = await project.run("up", "--skip-preview");
    await project.edit("Pulumi.dev.yaml", named, present);

    // The second where it was killed before anything was restored.
    expect(refused.output).toMatch(
      /(was interrupted: its data is not whole|has no server's data)\. Nothing was changed\./,
    );
    expect(refused.code).toBe(1);
    expect(await readChecksums(project)).toEqual(rows);
  });

  /** The timelines that the archive knows. */
  const histories = async () => {
    const archived = "pgbackrest --stanza=hosterizer repo-ls archive/hosterizer/15-1";
    return (await inBackup(archived)).split("\n").filter((name) => name.endsWith(".history"));
  };
  let known: string[];

  test("beside the server changes nothing but a volume", async () => {
    known = await histories();
    const present = await objects();
    const { code, output } = await project.db("restore", "--latest", "--timeline", "1");

    expect(code).toBe(0);
    const [, volume = ""] = /The recovered data is in the volume (\S+);/.exec(output) ?? [];
    expect(await objects()).toContain(`volume ${volume}`);
    await engine.getVolume(volume).remove();
    expect((await histories()).length).toBe(known.length + 1);
    expect((await objects()).filter((name) => !present.includes(name))).toEqual([]);
    expect(await readChecksums(project)).toEqual(rows);
  });

  test("to a moment of another timeline has every row, though the move to it was killed, and a timeline that no other got", async () => {
    const options = ["--to", moment, "--timeline", "1", "--replace", "hosterizer"];
    const moved = /hosterizer-database:dataVolume is \S+ now/;
    await kill(options, [{ what: "while the server moves", printed: moved }]);
    await project.up();

    expect(await readChecksums(project)).toEqual(rows);
    await archive(project);
    // The one beside the server has taken one of them.
    expect((await histories()).length).toBe(known.length + 2);
    await takeBackup(project);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
    // A drill follows the same timeline.
    expect(allFaults(await drill(project))).toEqual([]);
    expect((await listed(project)).ranges.length).toBeGreaterThan(1);
  });

  test("as a stack whose names are taken is refused, and leaves nothing of that stack", async () => {
    const stacks = ".hosterizer/state/.pulumi/stacks/hosterizer-database";
    const taken = `${project.prefix}-fresh-data`;
    await engine.createVolume({ Name: taken });
    const { code, output } = await project.db("restore", "--latest", "--as", "fresh");
    await engine.getVolume(taken).remove();

    expect(output).toContain(`what is in Docker already: volume ${taken}. Nothing was changed.`);
    expect(output).not.toContain("is written");
    expect(code).toBe(1);
    for (const folder of [".", ".hosterizer", ".hosterizer/config", stacks]) {
      const found = await readdir(join(project.directory, folder));
      expect(found.filter((name) => /\bfresh\b/.test(name))).toEqual([]);
    }
  });

  const refused = [
    { words: ["--to", "2001-01-01 00:00:00+00"], says: "cannot be recovered. What can be:" },
    { words: ["--to", "2101-01-01 00:00:00+00"], says: "No later transaction is archived yet" },
    { words: ["--to-point", "nowhere"], says: "repository 1 has no restore point nowhere." },
    { words: ["--latest", "--timeline", "9"], says: "--timeline 9: no backup leads to it." },
    { words: ["--latest", "--replace", "other"], says: '"other" is not the database of stack dev' },
    { words: ["--latest", "--as", "dev"], says: "--as: stack dev has the names of stack dev" },
    { words: ["--latest", "--as", "local"], says: "--as: stack local does not run in Docker" },
  ];

  test("of what there is not, or to where it cannot go, is refused, and changes nothing", async () => {
    const before = await objects();
    const said = await refusals(
      project,
      "restore",
      refused.map(({ words }) => words),
    );

    refused.forEach(({ says }, index) => {
      expect(said[index]).toContain(says);
    });
    expect(await objects()).toEqual(before);
  });
});

describe("a copy as another stack", () => {
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
    const stored = await project.query<{ name: string; verifier: string }>(
      "select rolname as name, rolpassword as verifier from pg_authid where rolpassword is not null",
    );
    expect(stored.map(({ name }) => name)).toContain("app_user_a");
    verifiers = stored.map(({ verifier }) => verifier);
  });

  test("is refused while a column that may hold text has no rule", async () => {
    await archive(project);
    await project.query("create table public.notes (id int primary key, note jsonb)");
    const before = await objects();
    const { code, output } = await project.db("restore", "--latest", "--as", "review", "--scrub");
    await project.query("drop table public.notes");

    expect(output).toContain("public.notes.note in database/scrub.ts: is of type jsonb");
    expect(code).toBe(1);
    expect(await objects()).toEqual(before);
  });

  test("has its own logins, passwords, backups and keys, and no old value, after another was killed", async () => {
    const before = await objects();
    const options = ["--latest", "--as", "review", "--scrub"];
    await kill(options, [
      { what: "while the backup is restored", printed: /^Recovering/m },
      { what: "when it is scrubbed", printed: /scrubbed: 5 tables/ },
    ]);
    const { code, output } = await project.db("restore", ...options);

    expect(output).toContain("  scrubbed: 5 tables\n");
    expect(output).toContain("  schema: as recorded");
    expect(output).toContain("Stack review runs on a copy of stack dev: the latest state.");
    expect(code).toBe(0);
    const { code: drifted } = await project.npm("drift", "--", "--stack", "review");
    expect(drifted).toBe(0);
    const volumes = (await objects()).filter((name) => /^volume .*-review-data-/.test(name));
    expect(volumes.length).toBe(1);
    const logins =
      "select count(*) from pg_roles where rolname ~ '^app_user(_[ab])?$' and rolcanlogin";
    expect(await psql(logins)).toBe("1");
    expect(await psql("select rolcanlogin from pg_roles where rolname = 'app_user'")).toBe("t");

    const email = "select email from public.users order by id desc limit 1";
    expect(await psql(email)).toMatch(/^user-\d+@example\.invalid$/);
    const [{ count } = { count: "" }] = await project.query<{ count: string }>(
      "select count(*)::text from public.cost_records",
    );
    expect(await psql("select count(*) from public.cost_records")).toBe(count);
    await copy("postgresql").succeed("psql", "-XAt", "-c", "checkpoint");
    for (const old of [secret, ...verifiers]) {
      const search = ["grep", "-rliF", "--", old, "/var/lib/postgresql"];
      expect((await copy("postgresql").run(search)).output).toBe("");
    }

    await awaitReport({ container: copy }, (report) => lastBackup(report) !== undefined);
    // Of server and repository: what tells the copy from its original.
    const readId = ["pgbackrest", "--stanza=hosterizer", "--repo=1", ...readCopyId];
    const id = await copy("postgresql").succeed("cat", copyId.inVolume);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await copy("backup").succeed(...readId)).toBe(id);
    expect((await project.container("backup").run(readId)).output.trim()).toBe("");
    expect((await objects()).filter((name) => !name.includes("-review"))).toEqual(before);
    expect(await readChecksums(project)).toEqual(rows);
    expect(await project.run("drift")).toMatchObject({ code: 0 });
    await takeBackup(project);
  });

  test("overwrites nothing that exists", async () => {
    const before = await objects();
    const { code, output } = await project.db("restore", "--latest", "--as", "review");

    expect(output).toMatch(/--as: stack review exists: \d+ resources in its state, container /);
    expect(code).toBe(1);
    expect(await objects()).toEqual(before);
    const [, volume = ""] =
      /dataVolume: (\S+)/.exec(await project.read("Pulumi.review.yaml")) ?? [];
    const removed = await project.npm(
      ...["destroy", "--", "--stack", "review", "--yes", "--volume", volume],
      ...["--volume", `${project.prefix}-review-backup`],
    );
    expect(removed.code).toBe(0);
    expect((await objects()).filter((name) => name.includes("-review"))).toEqual([]);
  });
});
