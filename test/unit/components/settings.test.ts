import { expect, test } from "vitest";
import type { z } from "zod";

import { readSettings } from "../../../components/settings";
import { kinds, settingsSchemas } from "../../../components/settingsSchema";

function read(values: Record<string, string>) {
  const keys = Object.entries(values).map(([key, value]) => [`hosterizer-database:${key}`, value]);
  return readSettings(Object.fromEntries(keys) as Record<string, string>, "local");
}

const external = { instance: "external", host: "db.example", deployRole: "deploy" };

function faultsOf(values: Record<string, string>): string[] {
  const result = read(values);
  return "faults" in result ? result.faults.map(({ message }) => message) : [];
}

const s3 = {
  ...{
    type: "s3",
    endpoint: "s3.example",
    bucket: "backups",
    region: "eu-central-1",
    path: "/dev",
  },
  ...{ accessKey: "canary-access", secretKey: "canary-secret" },
};

function withRepositories(...repositories: object[]): Record<string, string> {
  return { instance: "docker", backup: JSON.stringify({ repositories }) };
}

test("needs only the kind of instance", () => {
  expect(read({ instance: "embedded" })).toEqual({
    settings: {
      instance: "embedded",
      port: 5433,
      database: "hosterizer",
      lockTimeout: 500,
      acknowledgedLoss: {},
      logins: {},
      proof: true,
    },
  });
});

test("reads what is set", () => {
  const values = { instance: "embedded", port: "6000", database: "other", lockTimeout: "1000" };
  expect(read(values)).toEqual({
    settings: {
      instance: "embedded",
      port: 6000,
      database: "other",
      lockTimeout: 1000,
      acknowledgedLoss: {},
      logins: {},
      proof: true,
    },
  });
});

test("accepts a Docker stack with its defaults", () => {
  expect(read({ instance: "docker" })).toEqual({
    settings: {
      instance: "docker",
      port: 5433,
      poolerPort: 6432,
      database: "hosterizer",
      lockTimeout: 500,
      acknowledgedLoss: {},
      logins: {},
      proof: true,
      dockerName: "hosterizer-local",
      publishAddress: "127.0.0.1",
      host: "127.0.0.1",
      memory: 1024,
      serverSettings: {},
      baseImages: {},
      poolSize: 25,
      backup: {
        repositories: [{ type: "volume", path: "/", number: 1, key: 1 }],
        retention: 14,
        schedule: "17 2 * * *",
        drillSchedule: "17 4 * * SUN",
        lossShare: 0.1,
        whenArchivingFails: "keep",
      },
    },
  });
});

test.each([
  ["2GiB", 2048],
  ["512MiB", 512],
])("reads %s of WAL as %d MiB", (dropBeyond, mebibytes) => {
  const backup = JSON.stringify({ whenArchivingFails: { dropBeyond } });
  expect(read({ instance: "docker", backup })).toMatchObject({
    settings: { backup: { whenArchivingFails: { dropBeyond: mebibytes } } },
  });
});

test("accepts repositories in S3, a second key, and numbers that stay", () => {
  const backup = JSON.stringify({
    encryption: "false",
    repositories: [
      { type: "volume", path: "/second", number: 3, encryption: true, key: "2" },
      { ...s3, port: "9000", uriStyle: "path" },
    ],
  });
  expect(read({ instance: "docker", backup })).toMatchObject({
    settings: {
      backup: {
        repositories: [
          { type: "volume", path: "/second", number: 3, key: 2 },
          { ...s3, port: 9000, uriStyle: "path", number: 2, key: undefined },
        ],
      },
    },
  });
});

test("accepts one key of backups, or several with their numbers", () => {
  const [one, two] = ["a:b".repeat(9), "z".repeat(43)];
  expect(read({ instance: "docker", backupKey: `${one}\n` })).toMatchObject({
    settings: { backupKey: { 1: one } },
  });
  expect(read({ instance: "docker", backupKey: `1:${one} 2:${two}` })).toMatchObject({
    settings: { backupKey: { 1: one, 2: two } },
  });
});

test("shows no secret of a repository that is not one", () => {
  const faults = faultsOf(withRepositories({ ...s3, type: "tape" }, { ...s3, number: 1, key: 0 }));
  expect(faults.length).toBeGreaterThan(1);
  expect(faults.join("\n")).not.toContain("canary");
});

test("accepts an external server with its defaults", () => {
  expect(read({ ...external, host: "a.example, b.example" })).toEqual({
    settings: {
      instance: "external",
      host: ["a.example", "b.example"],
      port: 5432,
      connectDatabase: "postgres",
      sslmode: "verify-full",
      deployRole: "deploy",
      applicationConnections: 25,
      backup: { lossShare: 0.1 },
      database: "hosterizer",
      lockTimeout: 500,
      acknowledgedLoss: {},
      logins: {},
      proof: true,
    },
  });
});

test("accepts a target and acknowledged losses, as YAML numbers or as text", () => {
  const acknowledgedLoss = '{"public.sites":12,"public.sites.note":"3"}';
  expect(read({ instance: "embedded", signingKeys: '[1,"3"]', proof: "false" })).toMatchObject({
    settings: { signingKeys: [1, 3], proof: false },
  });
  const logins = '{"app_user":[1,"2"]}';
  expect(read({ instance: "embedded", logins })).toMatchObject({
    settings: { logins: { app_user: [1, 2] } },
  });
  expect(read({ instance: "embedded", migrationTarget: "5", acknowledgedLoss })).toMatchObject({
    settings: {
      migrationTarget: 5,
      acknowledgedLoss: { "public.sites": 12, "public.sites.note": 3 },
    },
  });
});

test("reads settings of the server as text, whatever type YAML gives them", () => {
  const serverSettings = '{"work_mem":"16MB","max_connections":50,"track_io_timing":true}';
  expect(read({ instance: "docker", serverSettings })).toMatchObject({
    settings: {
      serverSettings: { work_mem: "16MB", max_connections: "50", track_io_timing: "true" },
    },
  });
});

test("names Docker's objects after the stack, in characters that Docker accepts", () => {
  const configuration = { "hosterizer-database:instance": "docker" };
  expect(readSettings(configuration, "Team_A.dev")).toMatchObject({
    settings: { dockerName: "hosterizer-team-a-dev" },
  });
});

test("ignores other programs' keys", () => {
  const configuration = { "hosterizer-database:instance": "embedded", "aws:region": "eu-west-1" };
  expect(readSettings(configuration, "local")).toHaveProperty("settings");
});

test.each([
  [{}, "hosterizer-database:instance in Pulumi.local.yaml: is missing"],
  [{ instance: "embeded" }, 'instance in Pulumi.local.yaml: "embeded" is not a kind of instance'],
  [
    { instance: "embedded", prot: "1" },
    "hosterizer-database:prot in Pulumi.local.yaml: unknown key",
  ],
  [{ instance: "embedded", port: "abc" }, '"abc" is not a port (1024 to 65535)'],
  [{ instance: "embedded", port: "5433.5" }, '"5433.5" is not a port'],
  [{ instance: "embedded", port: "-1" }, '"-1" is not a port'],
  [{ instance: "embedded", port: "1023" }, '"1023" is not a port'],
  [{ instance: "embedded", port: "65536" }, '"65536" is not a port'],
  [{ instance: "embedded", port: "" }, '"" is not a port'],
  [{ instance: "embedded", database: "postgres" }, '"postgres" belongs to PostgreSQL itself'],
  [{ instance: "embedded", database: 'x"; drop' }, "is not a database name"],
  [{ instance: "embedded", database: "x".repeat(64) }, "is not a database name"],
  [{ instance: "embedded", lockTimeout: "0" }, '"0" is not a number of milliseconds'],
  [{ instance: "embedded", migrationTarget: "-1" }, '"-1" is not the number of a migration'],
  [{ instance: "embedded", acknowledgedLoss: "all" }, "is not an object of row counts"],
  [{ instance: "embedded", acknowledgedLoss: '{"public.sites":-1}' }, "is not an object of row"],
  [{ instance: "embedded", acknowledgedLoss: '{"public.sites":1.5}' }, "is not an object of row"],
  [{ instance: "embedded", proof: "no" }, 'is not "true" or "false"'],
  [{ instance: "embedded", signingKeys: "1" }, "is not a list of key numbers"],
  [{ instance: "embedded", signingKeys: "[]" }, "is not a list of key numbers"],
  [{ instance: "embedded", signingKeys: "[0]" }, "is not a list of key numbers"],
  [{ instance: "embedded", signingKeys: "[1,1]" }, "names a key twice"],
  [{ instance: "embedded", logins: "1" }, "is not an object of login numbers"],
  [{ instance: "embedded", logins: '{"app_user":1}' }, "is not an object of login numbers"],
  [{ instance: "embedded", logins: '{"app_user":[]}' }, "is not an object of login numbers"],
  [{ instance: "embedded", logins: '{"app_user":[1,2,3]}' }, "is not an object of login numbers"],
  [{ instance: "embedded", logins: '{"app_user":[-1]}' }, "is not an object of login numbers"],
  [
    { instance: "embedded", host: "a" },
    'host in Pulumi.local.yaml: is for instance "docker" and "external" only',
  ],
  [{ instance: "external", deployRole: "deploy" }, "host in Pulumi.local.yaml: is missing"],
  [{ ...external, host: "a,,b" }, '"a,,b" is not a host name or an IP address, nor several'],
  [{ ...external, host: "a.example,a.example" }, "names a host twice"],
  [{ ...external, port: "0" }, '"0" is not a port (1 to 65535)'],
  [{ ...external, sslmode: "require" }, '"require" is not "verify-full" or "verify-ca"'],
  [{ ...external, deployRole: "" }, '"" is not a role'],
  [{ ...external, deployPasswordVariable: "A B" }, "is not the name of an environment variable"],
  [{ ...external, sslcert: "client.pem" }, "sslkey in Pulumi.local.yaml: is missing"],
  [{ ...external, sslkey: "client.key" }, "sslcert in Pulumi.local.yaml: is missing"],
  [
    { ...external, deployPasswordVariable: "A", deployPasswordCommand: "b" },
    "deployPasswordCommand in Pulumi.local.yaml: the password comes from hosterizer-database:deployPasswordVariable",
  ],
  [{ ...external, deployPassword: "" }, 'deployPassword in Pulumi.local.yaml: "(secret)" is empty'],
  [{ ...external, poolSize: "1" }, 'poolSize in Pulumi.local.yaml: is for instance "docker" only'],
  [
    { instance: "embedded", memory: "1024" },
    'memory in Pulumi.local.yaml: is for instance "docker" only, and this stack\'s is "embedded"',
  ],
  [{ instance: "docker", port: "6432" }, "poolerPort in Pulumi.local.yaml: 6432 is the server's"],
  [{ instance: "docker", publishAddress: "localhost" }, '"localhost" is not an IP address'],
  [{ instance: "docker", host: "a_b" }, '"a_b" is not a host name or an IP address'],
  [{ instance: "docker", dockerName: "-x" }, '"-x" is not a name for Docker'],
  [{ instance: "docker", memory: "255" }, '"255" is not a number of MiB (256 to 1048576)'],
  [{ instance: "docker", serverSettings: "work_mem" }, "is not an object of settings"],
  [{ instance: "docker", serverSettings: '["a"]' }, "is not an object of settings"],
  [{ instance: "docker", serverSettings: '{"a":{"b":1}}' }, "is not an object of settings"],
  [{ instance: "docker", backup: "daily" }, '"daily" is not an object, such as'],
  [{ instance: "docker", backup: '{"when":1}' }, "backup.when in Pulumi.local.yaml: unknown key"],
  [
    { instance: "docker", backup: '{"schedule":"0 0 31 2 *"}' },
    'backup.schedule in Pulumi.local.yaml: "0 0 31 2 *" never comes.\nCorrect it; see docs/back-up.md',
  ],
  [{ instance: "docker", backup: '{"drillSchedule":"x"}' }, '"x" is not a cron expression'],
  [
    { instance: "docker", backup: '{"lossShare":"101%"}' },
    'backup.lossShare in Pulumi.local.yaml: "101%" is not a share, such as 10%',
  ],
  [
    { instance: "docker", backup: '{"drillWithin":"8d","repositories":[]}' },
    'backup.drillWithin in Pulumi.local.yaml: "8d" asks for drills, and backups are off',
  ],
  [
    { ...external, backup: '{"schedule":"0 3 * * *"}' },
    "backup.schedule in Pulumi.local.yaml: unknown key",
  ],
  [{ ...external, backup: '{"drillWithin":"8"}' }, '"8" is not a number of days, such as 14d'],
  [{ instance: "docker", backup: '{"retention":"2w"}' }, '"2w" is not a number of days, such as'],
  [{ instance: "docker", backup: '{"retention":14}' }, "14 is not a number of days, such as 14d"],
  [
    { instance: "docker", backup: '{"repositories":[{"type":"tape"}]}' },
    'backup.repositories[0].type in Pulumi.local.yaml: "tape" is not "volume" or "s3"',
  ],
  [
    withRepositories({ type: "volume" }, { type: "volume" }),
    "backup.repositories[1].path in Pulumi.local.yaml: is the place of another repository",
  ],
  [
    withRepositories({ type: "volume" }, { type: "volume", path: "/second" }),
    "is in the same volume as another one, with the same key: use one of them",
  ],
  [
    withRepositories({ type: "volume", path: "/archive/x" }),
    '"/archive/x" is a folder of the repository /',
  ],
  [withRepositories({ type: "volume", path: "/../x" }), '"/../x" is not a path from the root'],
  [
    withRepositories({ type: "volume", bucket: "b" }),
    "repositories[0].bucket in Pulumi.local.yaml: unknown key",
  ],
  [
    withRepositories({ ...s3, endpoint: "https://s3.example" }),
    '"https://s3.example" is not the name of a server alone',
  ],
  [
    withRepositories({ ...s3, endpoint: "10.0.0.7" }),
    '"10.0.0.7" is an address, and pgBackRest verifies',
  ],
  [withRepositories({ ...s3, path: "/" }), '"/" is the whole bucket: name a folder'],
  [
    withRepositories({ ...s3, port: 0 }),
    "[0].port in Pulumi.local.yaml: 0 is not a port (1 to 65535)",
  ],
  [withRepositories({ ...s3, region: undefined }), "[0].region in Pulumi.local.yaml: is missing"],
  [
    withRepositories({ type: "volume" }, { ...s3, secretKey: undefined }),
    "[1].secretKey in Pulumi.local.yaml: is missing.\nSet it: pulumi config set --secret --path 'hosterizer-database:backup.repositories[1].secretKey'",
  ],
  [
    withRepositories({ ...s3, secretKey: 7 }),
    '[0].secretKey in Pulumi.local.yaml: "(secret)" is not a secret key',
  ],
  [
    withRepositories({ ...s3, encryption: false, key: 2 }),
    "[0].key in Pulumi.local.yaml: 2 is a key, and encryption is off",
  ],
  [
    withRepositories({ type: "volume" }, { ...s3, number: 1 }),
    "[1].number in Pulumi.local.yaml: 1 is the number of another",
  ],
  [
    withRepositories(s3, { ...s3, region: "b" }),
    '[1].path in Pulumi.local.yaml: "/dev" is the place of another repository',
  ],
  [
    withRepositories({ type: "volume" }, s3, { ...s3, path: "/other" }),
    "a third is for the rotation of a key",
  ],
  [
    { instance: "docker", backup: '{"whenArchivingFails":"stop"}' },
    '"stop" is not "keep" or {"dropBeyond": "10GiB"}',
  ],
  [{ instance: "docker", backup: '{"whenArchivingFails":{"dropBeyond":"16MiB"}}' }, "is not"],
  [{ instance: "docker", backupKey: "secret" }, '"(secret)" is not a key'],
  [
    { instance: "docker", backupKey: `1:${"k".repeat(20)} 1:${"l".repeat(20)}` },
    '"(secret)" is not a key',
  ],
  [{ instance: "docker", dataVolume: "/var" }, '"/var" is not the name of a volume'],
  [{ instance: "docker", poolSize: "0" }, '"0" is not a number of connections'],
  [{ instance: "docker", packagesOf: "2026-02-30" }, '"2026-02-30" is not a date'],
  [
    { instance: "docker", baseImages: '{"debian:bookworm-slim":"latest"}' },
    "is not an object of digests",
  ],
  [{ instance: "docker", baseImages: '{"debian:sid":"x"}' }, "unknown key"],
  [{ instance: "docker", prot: "1" }, "hosterizer-database:prot in Pulumi.local.yaml: unknown key"],
])("refuses %j once, with the key, the file and the value", (values, message) => {
  const faults = faultsOf(values);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(message);
});

test("reports every fault at once", () => {
  expect(faultsOf({ port: "0", database: "", prot: "1", lockTimeout: "soon" })).toHaveLength(5);
});

test("says how to fix it", () => {
  expect(faultsOf({ instance: "embedded", port: "0" })[0]).toMatch(
    /\nSet it: pulumi config set hosterizer-database:port 5433\.$/,
  );
});

test.each(kinds)("every key of instance %s has an example of how to set it", (kind) => {
  const shape: Readonly<Record<string, z.ZodType>> = settingsSchemas[kind].shape;
  for (const [key, schema] of Object.entries(shape)) {
    const example = schema.meta()?.["example"];
    expect([key, example]).toEqual([key, expect.stringMatching(/./)]);
  }
});

test.each([
  [
    { instance: "embedded", acknowledgedLoss: "x" },
    "--path 'hosterizer-database:acknowledgedLoss[\"public.sites\"]' 12",
  ],
  [{ ...external, deployPassword: "" }, "--secret hosterizer-database:deployPassword"],
  [{ ...external, deployPasswordCommand: "" }, "hosterizer-database:deployPasswordCommand 'aws "],
  [{ instance: "docker", memory: "1" }, "hosterizer-database:memory 1024"],
  [{}, "hosterizer-database:instance embedded"],
])("says how to set %j", (values, example) => {
  expect(faultsOf(values)[0]).toContain(`\nSet it: pulumi config set ${example}`);
});
