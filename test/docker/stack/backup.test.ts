import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { allFaults } from "@hosterizer/postgres/backup/drill/drillRecord";
import { someOf } from "../../repetitions";
import { comingMigration } from "../../shippedMigrations";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import { archive, backedUp, backupsOf, drill, drillCommand, takeBackup } from "./backups";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { makeDockerProject } from "./makeDockerProject";
import { shownSecrets } from "./shownSecrets";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;
/** The backups' key. */
let key: string;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
});
afterAll(() => project.remove());

const inBackup = (line: string) => project.container("backup").succeed("sh", "-c", line);
const objects = async () => (await foundByPrefix(project.prefix)).sort();

test("the first up takes the first backup", () => backedUp(project));

test("a backup by hand builds on the last one", async () => {
  const { code, output } = await project.db("backup");

  expect(output).toMatch(/^\S+F_\S+I: incremental backup of \d+ MB in /m);
  expect(code).toBe(0);
  expect((await backupsOf(project)).map(({ type }) => type)).toEqual(["full", "incremental"]);
});

const reminder = "The key of the backups is only in the state of stack dev";

test("the key is printed when asked for, and nothing else shows it", async () => {
  expect(project.transcript.join("\n")).toContain(reminder);
  const command = "node packages/cli/run.mjs db backup key --stack dev";
  const { stdout, code } = await project.shell(command);
  key = stdout.trim();
  expect(code).toBe(0);
  expect(key).toMatch(/^[\w-]{43}$/);

  expect(await shownSecrets(project, { "the key of the backups": key })).toEqual([]);
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
  await archive(project);
  const { code, output } = await project.db("restore-drill");

  expect(output).toMatch(/^Repository 1 restores\. The drill took /m);
  expect(output).toMatch(/the latest state from \S+: .*, [1-9]\d* tenant rows$/m);
  expect(code).toBe(0);
  expect((await project.db("backups")).output).toMatch(
    /^Last drill\n {2}.* ago, restored \S+( and \S+)? in .*; .* would have been lost$/m,
  );
});

test("a drill with the wrong key says that the repository cannot be read", async () => {
  const environment = ["PGBACKREST_REPO1_CIPHER_PASS=another-key"];
  const { faults } = await drill(project, { environment });

  expect(faults[0]).toMatch(
    /^(\[(Crypto|Format)Error\] unable to |the repository cannot be read: )/,
  );
  expect(faults.join()).not.toContain(key);
});

const drillFolder = "/var/lib/hosterizer-drill";
test("a drill ends with the command that waits for it, whatever it is doing, and leaves no server", async () => {
  await project.query(
    `create function public.waits(text) returns text immutable language plpgsql as
       $$begin if current_setting('application_name') = 'pg_amcheck' then perform pg_sleep(3600); end if; return $1; end$$;
     create table public.waiting as select 'a' as a;
     create index on public.waiting (public.waits(a))`,
  );
  await archive(project);
  const printed = await inBackup(
    `mkfifo /tmp/input; ${drillCommand.join(" ")} 1 until-input-ends </tmp/input 2>/dev/null & drill=$!
     exec 3>/tmp/input; until pidof pg_amcheck >/dev/null; do sleep 0.1; done
     exec 3>&-; wait $drill; rm /tmp/input
     while pidof pg_amcheck postgres >/dev/null; do sleep 0.1; done`,
  );
  await project.query("drop table public.waiting; drop function public.waits");
  await archive(project);

  expect(printed).toBe("");
});

/** When a drill is killed, as shell that succeeds from then on. */
const moments = [
  { when: "looks at every file", begun: "grep -q every.file /tmp/drill.log" },
  { when: "restores a backup", begun: `[ -e ${drillFolder}/data/PG_VERSION ]` },
  { when: "replays the WAL", begun: `[ -e ${drillFolder}/data/postmaster.pid ]` },
  { when: "checks what came out", begun: "pidof pg_amcheck" },
  {
    when: "has just recorded what it found",
    begun: "ls /var/lib/pgbackrest/drills | grep -v -x -F -f /tmp/known",
  },
];
test.each(someOf(moments))(
  "after a drill was killed while it $when, the next one passes",
  async ({ begun }) => {
    await inBackup(
      `ls /var/lib/pgbackrest/drills >/tmp/known; : >/tmp/drill.log
     ${drillCommand.join(" ")} 1 >/dev/null 2>/tmp/drill.log & drill=$!
     until { ${begun}; } >/dev/null 2>&1; do grep -q . /proc/$drill/cmdline || exit 1; sleep 0.01; done
     kill -9 $drill; ! wait $drill`,
    );

    expect(allFaults(await drill(project))).toEqual([]);
    expect(await inBackup(`ls ${drillFolder}`)).toBe("last.json");
    const { output } = await project.container("backup").run(["pidof", "postgres"]);
    expect(output).toBe("");
    await takeBackup(project);
  },
);

const bundle = "find /var/lib/pgbackrest/backup -path '*F/bundle/*' -type f | sort | head -n 1";

test("a drill names the files that are missing or damaged", async () => {
  // As many are of the present timeline then.
  for (let segment = 0; segment < 5; segment++) {
    await project.query("select pg_logical_emit_message(true, 'test', '')");
    await archive(project);
  }
  const segments = (await inBackup("find /var/lib/pgbackrest/archive -name '*.zst' | sort"))
    .split("\n")
    .slice(-5);
  const [missing = "", , corrupt = "", , last = ""] = segments;
  const files = [missing, corrupt, last, await inBackup(bundle)];
  const damage = "dd if=/dev/zero bs=1 seek=100 count=64 conv=notrunc status=none";
  await inBackup(`mkdir /tmp/kept && cp -p ${files.join(" ")} /tmp/kept`);
  await inBackup(`rm ${missing} ${last}; ${damage} of=${corrupt}; ${damage} of=${files[3] ?? ""}`);

  const { code, output } = await project.db("restore-drill");
  for (const file of files) await inBackup(`cp -p /tmp/kept/$(basename ${file}) ${file}`);
  await inBackup("rm -r /tmp/kept");

  const nameOf = (file: string) => /[0-9A-F]{24}(?=-[0-9a-f]{40})/.exec(file)?.[0] ?? file;
  expect(output).toContain("Repository 1 does not restore as it should.");
  for (const file of [missing, last])
    expect(output).toContain(`the archive lacks the WAL segment ${nameOf(file)}`);
  expect(output).toMatch(new RegExp(`damaged: .*${nameOf(corrupt)}`));
  expect(output).toMatch(/damaged: .*invalid checksum '\S+F\/pg_data\//);
  expect(code).toBe(1);
});

const [first, next] = [comingMigration("note_sites"), comingMigration("tag_sites", 2)];
const plainPreview = () =>
  project.shell("node packages/cli/run.mjs pulumi preview --stack dev --non-interactive");

async function writeMigration(name: string): Promise<void> {
  const column = `c${name.slice(0, 6)}`;
  await project.write(`migrations/${name}.up.sql`, `alter table public.sites add ${column} int;\n`);
  await project.write(`migrations/${name}.down.sql`, `alter table public.sites drop ${column};\n`);
}

/** Waits for what the program is told of the last drills. */
async function told(text: string): Promise<void> {
  await expect
    .poll(() => project.container("backup").run(["cat", `${drillFolder}/last.json`]), {
      timeout: 60_000,
      interval: 250,
    })
    .toMatchObject({ output: expect.stringContaining(text) as unknown });
}

test("migrations wait for a sound drill where the stack asks for one", async () => {
  await project.write(
    "Pulumi.dev.yaml",
    `${await project.read("Pulumi.dev.yaml")}  hosterizer-database:backup: { drillWithin: 8d }\n`,
  );
  await writeMigration(first);
  // One of the drills before was sound.
  const passed = await project.run("preview");
  expect(passed.output).toContain(
    "The last drill of the backups of stack dev in repository 1, on ",
  );
  expect(passed.code).toBe(0);
  // The key was printed.
  expect(passed.output).not.toContain(reminder);

  await inBackup("rm /var/lib/pgbackrest/drills/*");
  await project.container("backup").stop();
  await project.container("backup").start();
  await told('"last":null');
  for (const { code, output } of [await project.run("up"), await plainPreview()]) {
    expect(output).toContain("No drill has restored the backups of stack dev in repository 1 yet");
    expect(output).toMatch(/note_sites: no drill has restored stack dev within 8 days \(/);
    expect(code).not.toBe(0);
  }
  await archive(project);
  expect(allFaults(await drill(project))).toEqual([]);
  // That lets them pass: see the next test.
  expect((await project.db("status")).output).toMatch(
    /^ *Drill +\S.* ago, restored \S+( and \S+)? in .* would have been lost$/m,
  );
});

test("migrations wait for the container that knows of the drills, and the update that they name makes it", async () => {
  await engine.getContainer(`${project.prefix}-backup`).remove({ force: true });
  const { code, output } = await project.run("up");

  expect(output).toContain("the container that takes its backups does not exist");
  expect(code).toBe(1);
  const [, words = ""] = /npm run up -- (--stack dev --target '[^']+')/.exec(output) ?? [];
  const made = await project.shell(`node packages/cli/run.mjs up ${words} --yes --skip-preview`);
  expect(made).toMatchObject({ code: 0 });
  expect(await plainPreview()).toMatchObject({ code: 0 });
});

test("destroy keeps backups, key and drills, and the next up uses them", async () => {
  const backups = await backupsOf(project);
  const { code, output } = await project.run("destroy");
  expect(output).toContain(`The volume ${project.prefix}-backup is kept, with its backups`);
  expect(code).toBe(0);
  expect((await project.read(".hosterizer/dev/backup.key")).trim()).toBe(key);

  const before = await objects();
  expect(before).not.toContain(`volume ${project.prefix}-drill`);
  await project.shell("mv .hosterizer/dev/backup.key .hosterizer/dev/elsewhere");
  const refused = await project.run("up", "--skip-preview");
  await project.shell("mv .hosterizer/dev/elsewhere .hosterizer/dev/backup.key");
  expect(refused.output).toContain("their key is neither in its state nor in its configuration.");
  expect(await objects()).toEqual(before);

  // No drill is known before the containers are there, and nothing may keep a server from starting.
  expect(await project.up()).toContain(
    `${first}: applied because the server has just been started`,
  );
  expect((await backupsOf(project)).slice(0, backups.length)).toEqual(backups);
  // What pgBackRest works by was there before the server.
  expect(await project.container("postgresql").logs()).not.toContain(
    "archive command failed with exit code 31",
  );
  await takeBackup(project);
  // Migrations would be refused if nothing but the volume of the drills knew of them.
  await told('"lastSound":"');
  await writeMigration(next);
  expect(await plainPreview()).toMatchObject({ code: 0 });
});
