import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { foundByPrefix } from "./foundByPrefix";
import { makeDockerProject } from "./makeDockerProject";
import { type S3Server, start, startS3 } from "./s3Server";
import { secretsIn, stateSecrets } from "./stateSecrets";

// One server passes through all states: each test begins where the previous one ended.
let project: DockerProject;
let s3: S3Server;
let rows: Record<string, string>;
const secretKey = "canary-of-the-secret-key";

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  await project.query(tenantRows);
  rows = await readChecksums(project);
  s3 = await startS3(project.prefix);
  await project.write("s3-authority.pem", s3.authority);
});
afterAll(() => project.remove());

const db = (...words: string[]) => project.npm("-s", "db", "--", ...words, "--stack", "dev");

/** Declares the repositories of the stack, and sets the secrets of those in S3. */
async function declare(repositories: readonly object[], accessKey = s3.accessKey): Promise<void> {
  const file = "Pulumi.dev.yaml";
  const others = (await project.read(file)).replace(/^ {2}hosterizer-database:backup:.*\n/m, "");
  const backup = JSON.stringify({ repositories });
  await project.write(file, `${others}  hosterizer-database:backup: ${backup}\n`);
  for (const [index, repository] of repositories.entries()) {
    if (!("bucket" in repository)) continue;
    for (const [name, value] of Object.entries({ accessKey, secretKey })) {
      const key = `hosterizer-database:backup.repositories[${index}].${name}`;
      const words = `config set --stack dev --secret --path '${key}' ${value}`;
      const { code, output } = await project.shell(`node packages/cli/run.mjs pulumi ${words}`);
      expect([code, output]).toEqual([0, expect.anything()]);
    }
  }
}

const inS3 = (path: string) => ({
  ...{ type: "s3", endpoint: s3.endpoint, port: s3.port, bucket: "backups", path },
  ...{ region: "eu-central-1", uriStyle: "path", sslrootcert: "s3-authority.pem" },
});
const volume = { type: "volume" };
const second = { type: "volume", path: "/second", number: 3, key: 2 };

interface Listed {
  repository: number;
  place: string;
  fault: string | null;
  backups: { label: string; type: string }[];
}

async function listed(): Promise<Listed[]> {
  return JSON.parse((await db("backups", "--json")).stdout) as Listed[];
}

/** Waits for the first backup of a repository. */
async function backedUp(repository: number): Promise<void> {
  await expect
    .poll(async () => (await listed()).find((each) => each.repository === repository)?.backups, {
      timeout: 90_000,
      interval: 1_000,
    })
    .toMatchObject([{ type: "full" }]);
}

const serverStart = async () => {
  const { Id, State } = await project.container("postgresql").inspect();
  return [Id, State.StartedAt];
};

test("where the only repository is a volume, an update says what that is worth", async () => {
  const warning = `The only repository is a volume of the server's own machine: ${project.prefix}-backup.`;
  expect(project.transcript.join("\n")).toContain(warning);
  await backedUp(1);
  expect((await db("backups")).output).toContain(warning);
});

test("a repository that cannot be used is refused, and nothing is touched", async () => {
  const before = await serverStart();
  await declare([volume, inS3("/dev")], "wrong-access-key");

  const { code, output } = await project.run("preview");

  expect(output).toMatch(
    /hosterizer-database:backup\.repositories\[1\] in Pulumi\.dev\.yaml: s3:\/\/backups\/dev cannot be used: .*403 \(Forbidden\): InvalidAccessKeyId/,
  );
  expect(code).toBe(1);
  expect(await serverStart()).toEqual(before);
  expect((await listed()).map(({ repository }) => repository)).toContain(1);
});

test("the backups of another server are refused", async () => {
  const foreign = "/var/lib/hosterizer-drill/foreign";
  await project
    .container("backup")
    .succeed(
      "sh",
      "-c",
      `initdb -D ${foreign} -A trust >/dev/null && rm -rf /tmp/other && mkdir /tmp/other`,
    );
  const options = [
    ...["--repo1-type=s3", "--repo1-path=/foreign", "--repo1-s3-bucket=backups"],
    ...[`--repo1-s3-endpoint=${s3.endpoint}`, `--repo1-storage-port=${s3.port}`],
    ...[
      "--repo1-s3-region=eu-central-1",
      "--repo1-s3-uri-style=path",
      "--no-repo1-storage-verify-tls",
    ],
    ...[`--pg1-path=${foreign}`, "--no-config", "--lock-path=/tmp/other", "--log-level-file=off"],
  ].join(" ");
  await project
    .container("backup")
    .succeed(
      ...["sh", "-c"],
      `PGBACKREST_REPO1_S3_KEY=${s3.accessKey} PGBACKREST_REPO1_S3_KEY_SECRET=x pgbackrest --stanza=hosterizer ${options} --no-online stanza-create; code=$?; rm -r ${foreign}; exit $code`,
    );
  // Not encrypted, as it is: otherwise the key would be refused first.
  await declare([volume, { ...inS3("/foreign"), encryption: false }]);

  const { code, output } = await project.run("preview");

  expect(output).toMatch(
    /s3:\/\/backups\/foreign has the backups of another server \(system identifier \d+; this one's is \d+\)/,
  );
  expect(code).toBe(1);

  await declare([volume, inS3("/foreign")]);
  const encrypted = await project.run("preview");
  expect(encrypted.output).toContain(
    "s3://backups/foreign has backups that are encrypted in another way than declared: it is encrypted with key 1",
  );
  expect(encrypted.code).toBe(1);
});

test("a repository in S3 is added by an update, and has a full backup at once", async () => {
  const before = await serverStart();
  await declare([volume, inS3("/dev")]);
  await project.up();

  expect(await serverStart()).toEqual(before);
  await backedUp(2);
  expect((await listed()).map(({ place }) => place)).toEqual([
    `${project.prefix}-backup`,
    "s3://backups/dev",
  ]);
  const { output, code } = await db("backup");
  expect(output).toMatch(/ more in repository 1, .* more in repository 2, /s);
  expect(code).toBe(0);
});

test("nothing shows what opens the bucket", async () => {
  const shown: unknown[] = [await project.shell("cat Pulumi.dev.yaml")];
  for (const program of ["postgresql", "backup"] as const) {
    const container = engine.getContainer(`${project.prefix}-${program}`);
    shown.push(await container.inspect(), await container.top());
    shown.push(await project.container(program).logs());
    const processes = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline";
    shown.push((await project.container(program).run(["sh", "-c", processes])).output);
  }
  shown.push((await project.shell("cat .hosterizer/state/.pulumi/stacks/*/*.json")).stdout);
  const secrets = new Map([...(await stateSecrets(project)), ["the secret key", secretKey]]);
  expect(secretsIn(JSON.stringify(shown), secrets)).toEqual([]);
  expect(secretsIn(project.transcript.join("\n"), secrets)).toEqual([]);
});

test("each repository is drilled", async () => {
  const { code, output } = await db("restore-drill");

  expect(output).toMatch(/^Repository 1 restores\..*^Repository 2 restores\./ms);
  expect(code).toBe(0);
});

test("what pgBackRest cannot change is refused", async () => {
  await declare([volume, { ...inS3("/dev"), key: 2 }]);
  const key = await project.run("preview");
  expect(key.output).toContain(
    "s3://backups/dev is encrypted with key 1, and pgBackRest cannot change that.",
  );
  expect(key.code).toBe(1);

  await declare([{ ...volume, encryption: false }, inS3("/dev")]);
  const open = await project.run("up", "--skip-preview");
  expect(open.output).toContain(`${project.prefix}-backup is encrypted with key 1, and pgBackRest`);
  expect(open.code).toBe(1);

  await declare([inS3("/dev")]);
  const moved = await project.run("preview");
  expect(moved.output).toContain(
    "s3://backups/dev is repository 2, and would become repository 1.",
  );
  expect(moved.output).toContain("Write number: 2 there");
  expect(moved.code).toBe(1);
  await declare([volume, inS3("/dev")]);
});

test("a recovery from S3 has every row", async () => {
  await sleep(1_100);
  const [now] = await project.query<{ at: string }>("select clock_timestamp()::text as at");
  await sleep(1_100);
  await project.query("delete from public.cost_records");
  await project.query("select pg_switch_wal()");
  await sleep(2_000);

  const words = ["--to", now?.at ?? "", "--repository", "2", "--replace", "hosterizer"];
  const { code, output } = await db("restore", ...words);

  expect(output).toContain("Stack dev runs on the recovered data.");
  expect(code).toBe(0);
  expect(await readChecksums(project)).toEqual(rows);
  expect((await db("backup")).code).toBe(0);
});

test("a recovery fails if S3 ceases to answer before its end", async () => {
  const before = (await foundByPrefix(project.prefix)).sort();
  const running = project.start(
    "-s",
    "db",
    "--",
    "restore",
    "--latest",
    "--repository",
    "2",
    "--stack",
    "dev",
  );
  let said = "";
  await new Promise<void>((resolve) => {
    running.all.on("data", (text: Buffer) => {
      said += text.toString();
      if (said.includes("restored in ")) resolve();
    });
    running.all.once("end", resolve);
  });
  await s3.container.kill();
  const { exitCode, all } = await running;

  expect(all).toContain("The server ended before it had recovered:");
  expect(exitCode).toBe(1);
  expect((await foundByPrefix(project.prefix)).sort()).toEqual(before);
  await start(s3.container);
});

test("the key is rotated by a second repository, and the old one is kept", async () => {
  await declare([volume, inS3("/dev"), second]);
  await project.up();
  await backedUp(3);
  const printed = (await project.shell("node packages/cli/run.mjs db backup key --stack dev"))
    .stdout;
  expect(printed).toMatch(/^1:[\w-]{43} 2:[\w-]{43}$/);

  await declare([{ ...inS3("/dev"), number: 2 }, second]);
  expect(await project.up()).toContain(
    `Repository 1, ${project.prefix}-backup, is no longer used. It is kept, with its backups.`,
  );
  expect((await listed()).map(({ repository, fault }) => [repository, fault])).toEqual([
    [2, null],
    [3, null],
  ]);
  expect((await db("restore", "--latest", "--repository", "1")).output).toContain(
    "stack dev has no repository 1.",
  );
  expect((await db("restore-drill")).output).toMatch(/^Repository 3 restores\./m);
});

test("a copy as another stack is refused a repository in S3", async () => {
  const before = (await foundByPrefix(project.prefix)).sort();
  const repository = { ...inS3("/review"), accessKey: "x", secretKey: { secure: "v1:x" } };
  const backup = JSON.stringify({ repositories: [repository] });
  const keys = `instance: docker, port: 5434, poolerPort: 6434, dockerName: ${project.prefix}-review`;
  const config = [...keys.split(", "), `backup: ${backup}`];
  const lines = config.map((line) => `  hosterizer-database:${line}\n`);
  await project.write("Pulumi.review.yaml", `config:\n${lines.join("")}`);

  const { code, output } = await db("restore", "--latest", "--as", "review");

  expect(output).toContain("--as: stack review has a repository in S3: s3://backups/review.");
  expect(code).toBe(1);
  expect((await foundByPrefix(project.prefix)).sort()).toEqual(before);
});

test("with its state lost, a stack has its keys from its containers, and is refused without them", async () => {
  const keys = (await project.shell("node packages/cli/run.mjs db backup key --stack dev")).stdout;
  await engine.getContainer(`${project.prefix}-s3`).remove({ force: true });
  await declare([second]);
  await project.shell("rm -r .hosterizer/state");
  expect(await project.run("destroy")).toMatchObject({ code: 0 });
  expect((await project.read(".hosterizer/dev/backup.key")).trim()).toBe(keys);

  const before = (await foundByPrefix(project.prefix)).sort();
  await project.shell("mv .hosterizer/dev/backup.key .hosterizer/dev/elsewhere");
  const refused = await project.run("up", "--skip-preview");
  await project.shell("mv .hosterizer/dev/elsewhere .hosterizer/dev/backup.key");
  expect(refused.output).toContain("their key is neither in its state nor in its configuration.");
  expect(refused.code).toBe(1);
  expect((await foundByPrefix(project.prefix)).sort()).toEqual(before);

  await project.up();
  expect((await db("backup")).code).toBe(0);
});
