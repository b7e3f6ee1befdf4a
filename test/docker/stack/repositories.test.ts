import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { copyId } from "@hosterizer/postgres/backup/pgbackrest/copyId";
import { archive, backedUp, backupsOf, takeBackup } from "./backups";
import { declareRepositories, encrypt, inS3 } from "./declareRepositories";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { makeDockerProject } from "./makeDockerProject";
import { joinNetwork, leaveNetwork, refuse, type S3Server, startS3 } from "./s3Server";
import { shownSecrets } from "./shownSecrets";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;
let s3: S3Server;
let rows: Record<string, string>;
const secretKey = "canary-of-the-secret-key";
/** What S3 asks for, as the configuration keeps it. */
let encrypted: Record<"accessKey" | "wrongKey" | "secretKey", object>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
  rows = await readChecksums(project);
  s3 = await startS3(project.prefix);
  await project.write("s3-authority.pem", s3.authority);
  const { accessKey } = s3;
  encrypted = await encrypt(project, { accessKey, wrongKey: "wrong-access-key", secretKey });
});
afterAll(() => project.remove());

const file = "Pulumi.dev.yaml";

const declare = (...repositories: object[]) => declareRepositories(project, repositories);
const withSecrets = (path: string) => {
  const { accessKey, secretKey } = encrypted;
  return { ...inS3(s3, path), accessKey, secretKey };
};
const volume = { type: "volume" };
const second = { type: "volume", path: "/second", number: 3, key: 2 };

const objects = async () => (await foundByPrefix(project.prefix)).sort();
const printedKeys = async () =>
  (await project.shell("node packages/cli/run.mjs db backup key --stack dev")).stdout;
const serverStart = async () => {
  const { Id, State } = await project.container("postgresql").inspect();
  return [Id, State.StartedAt];
};

test("where the only repository is a volume, an update says what that is worth", async () => {
  const warning = `The only repository is a volume of the server's own machine: ${project.prefix}-backup.`;
  expect(project.transcript.join("\n")).toContain(warning);
  await backedUp(project);
  expect((await project.db("backups")).output).toContain(warning);
});

/** Makes a repository in S3 that knows another server. It is not encrypted. */
async function makeForeign(path: string): Promise<void> {
  const foreign = "/var/lib/hosterizer-drill/foreign";
  const options = [
    ...["--repo1-type=s3", `--repo1-path=${path}`, "--repo1-s3-bucket=backups"],
    ...[`--repo1-s3-endpoint=${s3.endpoint}`, `--repo1-storage-port=${s3.port}`],
    ...["--repo1-s3-region=eu-central-1", "--repo1-s3-uri-style=path"],
    ...["--no-repo1-storage-verify-tls", `--pg1-path=${foreign}`, "--no-config"],
    ...["--lock-path=/tmp/other", "--log-level-file=off"],
  ].join(" ");
  const line = `initdb -D ${foreign} -A trust >/dev/null && rm -rf /tmp/other && mkdir /tmp/other &&
    PGBACKREST_REPO1_S3_KEY=${s3.accessKey} PGBACKREST_REPO1_S3_KEY_SECRET=x pgbackrest --stanza=hosterizer ${options} --no-online stanza-create
    code=$?; rm -r ${foreign}; exit $code`;
  await project.container("backup").succeed("sh", "-c", line);
}

test("repositories that cannot be used are refused, all of them at once, and nothing is touched", async () => {
  await makeForeign("/foreign");
  await makeForeign("/other");
  const before = await serverStart();
  await declare(
    { ...withSecrets("/dev"), accessKey: encrypted.wrongKey },
    { ...withSecrets("/foreign"), encryption: false },
    withSecrets("/other"),
  );

  const { code, output } = await project.run("preview");

  expect(output).toMatch(
    /hosterizer-database:backup\.repositories\[0\] in Pulumi\.dev\.yaml: s3:\/\/backups\/dev cannot be used: .*403 \(Forbidden\): InvalidAccessKeyId/,
  );
  expect(output).toMatch(
    /s3:\/\/backups\/foreign has the backups of another server \(system identifier \d+; this one's is \d+\)/,
  );
  expect(output).toContain(
    "key 1 does not open the backups in s3://backups/other: they were made with another key, or without encryption",
  );
  expect(code).toBe(1);
  expect(await serverStart()).toEqual(before);
  expect(await backupsOf(project)).toHaveLength(1);
});

test("a repository in S3 is added by an update, and has a full backup at once", async () => {
  const before = await serverStart();
  const secrets = { accessKey: s3.accessKey, secretKey };
  await declareRepositories(project, [volume, inS3(s3, "/dev")], secrets);
  await project.up();

  expect(await serverStart()).toEqual(before);
  await backedUp(project, 2);
  const { output, code } = await project.db("backup");
  expect(output).toMatch(/ more in repository 1, .* more in repository 2, /s);
  expect(code).toBe(0);
});

test("what pgBackRest cannot change is refused", async () => {
  await declare({ ...withSecrets("/dev"), key: 2 }, { ...volume, encryption: false });
  const { code, output } = await project.run("preview");

  expect(output).toContain(
    "s3://backups/dev is encrypted with key 1, and pgBackRest cannot change that.",
  );
  expect(output).toContain("s3://backups/dev is repository 2, and would become repository 1.");
  expect(output).toContain("Write number: 2 there");
  expect(output).toContain(`${project.prefix}-backup is encrypted with key 1, and pgBackRest`);
  expect(code).toBe(1);
});

test("a repository of a copy is refused to its original, and one of the original to a copy", async () => {
  const inBackup = (line: string) => project.container("backup").succeed("sh", "-c", line);
  const inServer = (line: string) => project.container("postgresql").succeed("sh", "-c", line);
  const pgbackrest = "pgbackrest --stanza=hosterizer --repo=2";
  // Another declaration has all repositories tried.
  await declare(volume, withSecrets("/dev"), second);

  await inBackup(`echo an-id | ${pgbackrest} --raw repo-put ${copyId.inRepository}`);
  const original = await project.run("up", "--skip-preview");
  await inBackup(`${pgbackrest} repo-rm ${copyId.inRepository}`);
  expect(original.output).toContain("s3://backups/dev has the backups of a copy of this server.");
  expect(original.code).toBe(1);

  await inServer(`echo an-id >${copyId.inVolume}`);
  const copy = await project.run("up", "--skip-preview");
  await inServer(`rm ${copyId.inVolume}`);
  expect(copy.output).toMatch(
    /s3:\/\/backups\/dev has the backups of the server that this one is a copy of\. Both have the system identifier \d+/,
  );
  expect(copy.code).toBe(1);
});

test("a recovery from S3 has every row", async () => {
  await declare(volume, withSecrets("/dev"));
  await sleep(1_100);
  const [now] = await project.query<{ at: string }>("select clock_timestamp()::text as at");
  await sleep(1_100);
  await project.query("delete from public.cost_records");
  await archive(project);

  const words = ["--to", now?.at ?? "", "--repository", "2", "--replace", "hosterizer"];
  const { code, output } = await project.db("restore", ...words);

  expect(output).toContain("Stack dev runs on the recovered data.");
  expect(code).toBe(0);
  expect(await readChecksums(project)).toEqual(rows);
  await takeBackup(project, "incr", 1);
  await takeBackup(project, "incr", 2);
});

test("a recovery fails if S3 refuses the WAL before its end", async () => {
  const before = await objects();
  const words = ["restore", "--latest", "--repository", "2", "--stack", "dev"];
  const running = project.start("-s", "db", "--", ...words);
  let said = "";
  await new Promise<void>((resolve) => {
    running.all.on("data", (text: Buffer) => {
      said += text.toString();
      if (said.includes("restored in ")) resolve();
    });
    running.all.once("end", resolve);
  });
  await refuse(s3, true);
  const { exitCode, all } = await running;

  expect(all).toContain("The server ended before it had recovered:");
  expect(exitCode).toBe(1);
  expect(await objects()).toEqual(before);
  await refuse(s3, false);
});

test("the key is rotated by a second repository, and each repository is drilled", async () => {
  await declare(volume, withSecrets("/dev"), second);
  await project.up();
  await backedUp(project, 3);
  expect(await printedKeys()).toMatch(/^1:[\w-]{43} 2:[\w-]{43}$/);

  const { code, output } = await project.db("restore-drill");
  expect(output).toMatch(
    /^Repository 1 restores\..*^Repository 2 restores\..*^Repository 3 restores\./ms,
  );
  expect(code).toBe(0);
});

test("nothing shows what opens the bucket, or the keys of the repositories", async () => {
  const [first = "", other = ""] = (await printedKeys()).split(" ").map((key) => key.slice(2));
  expect([first.length, other.length]).toEqual([43, 43]);
  const state = (await project.shell("cat .hosterizer/state/.pulumi/stacks/*/*.json")).stdout;
  const secrets = { "the secret key": secretKey, "key 1": first, "key 2": other };

  expect(await shownSecrets(project, secrets, state, await project.read(file))).toEqual([]);
});

test("the repository with the old key is left, and kept", async () => {
  await declare({ ...withSecrets("/dev"), number: 2 }, second);
  expect(await project.up()).toContain(
    `Repository 1, ${project.prefix}-backup, is no longer used. It is kept, with its backups.`,
  );
  const { stdout } = await project.db("backups", "--json");
  expect(JSON.parse(stdout)).toMatchObject([
    { repository: 2, place: "s3://backups/dev", fault: null },
    { repository: 3, place: `${project.prefix}-backup/second`, fault: null },
  ]);
  const refused = await project.db("restore", "--latest", "--repository", "1");
  expect(refused.output).toContain("stack dev has no repository 1.");
});

test("a copy as another stack is refused a repository in S3", async () => {
  const before = await objects();
  const repository = { ...withSecrets("/review"), accessKey: "x", secretKey: { secure: "v1:x" } };
  const backup = JSON.stringify({ repositories: [repository] });
  const keys = `instance: docker, port: 5434, poolerPort: 6434, dockerName: ${project.prefix}-review`;
  const config = [...keys.split(", "), `backup: ${backup}`];
  const lines = config.map((line) => `  hosterizer-database:${line}\n`);
  await project.write("Pulumi.review.yaml", `config:\n${lines.join("")}`);

  const { code, output } = await project.db("restore", "--latest", "--as", "review");

  expect(output).toContain("--as: stack review has a repository in S3: s3://backups/review.");
  expect(code).toBe(1);
  expect(await objects()).toEqual(before);
});

test("with state and data lost, a server is recovered from S3, beside another repository of it", async () => {
  const keys = await printedKeys();
  const labels = async () => {
    const repositories = [await backupsOf(project, 2), await backupsOf(project, 3)];
    return repositories.map((backups) => backups.map(({ label }) => label));
  };
  await archive(project);
  const before = await labels();
  const [, data = ""] = /dataVolume: (\S+)/.exec(await project.read(file)) ?? [];
  await project.shell("rm -r .hosterizer/state");
  await leaveNetwork(s3, project.prefix);
  // The only copy of the keys is in the containers, and goes with them.
  expect(await project.run("destroy", "--volume", data)).toMatchObject({ code: 0 });
  expect((await project.read(".hosterizer/dev/backup.key")).trim()).toBe(keys);

  const found = await objects();
  const refused = await project.run("up", "--skip-preview");
  expect(refused.output).toContain(`and ${project.prefix}-backup has the backups of its server.`);
  expect(refused.code).toBe(1);
  expect(await objects()).toEqual(found);

  await project.shell("mv .hosterizer/dev/backup.key .hosterizer/dev/elsewhere");
  const unknown = await project.run("up", "--skip-preview", "--backups", "s3://backups/dev");
  await project.shell("mv .hosterizer/dev/elsewhere .hosterizer/dev/backup.key");
  expect(unknown.output).toContain("their key is neither in its state nor in its configuration.");
  expect(unknown.code).toBe(1);
  expect(await objects()).toEqual(found);

  const [up] = await Promise.all([
    project.run("up", "--skip-preview", "--backups", "s3://backups/dev"),
    joinNetwork(s3, project.prefix),
  ]);
  expect(up).toMatchObject({ code: 0 });
  expect(await project.query("select from public.sites")).toEqual([]);
  expect(await labels()).toEqual(before);
  const { code } = await project.db("restore", "--latest", "--replace", "hosterizer");
  expect(code).toBe(0);
  expect(await readChecksums(project)).toEqual(rows);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
  await takeBackup(project, "incr", 2);
  await takeBackup(project, "incr", 3);
});
