import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "vitest";

import { runClientProgram } from "../../../src/backup/clientProgram";
import { dumpCustomer } from "../../../src/backup/customer/dumpCustomer";
import { dump } from "../../../src/backup/dump";
import { readDump } from "../../../src/backup/dumpContents";
import { dropRestored } from "../../../src/backup/newDatabase";
import { restore } from "../../../src/backup/restore";
import { padsOf, signingKeysTable } from "../../../src/rowLevelSecurity/signingKeys";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let folder: string;
/** By what they are. */
let secrets: Record<string, string>;
/** Command lines of all processes, read while something ran. */
const commands: string[] = [];

beforeAll(async () => {
  database = await createTenantDatabase("session", "signed");
  await database.run(
    `grant select on all sequences in schema public to ${database.backup.user};
     revoke all on database ${database.name} from public;
     grant connect on database ${database.name} to ${database.backup.user}`,
  );
  folder = await mkdtemp(join(tmpdir(), "hosterizer-secrets-"));
  const verifiers = await rowsOf<{ rolname: string; rolpassword: string }>(
    database.superuser,
    `select rolname, rolpassword from pg_authid where rolname in ('${database.backup.user}', '${database.application.user}', 'postgres')`,
  );
  const [key] = database.keys;
  const pads = padsOf(key?.secret ?? "");
  secrets = {
    "the superuser's password": database.superuser.password ?? "",
    "the login's password": database.backup.password ?? "",
    "the application's password": database.application.password ?? "",
    ...Object.fromEntries(verifiers.map((row) => [`verifier of ${row.rolname}`, row.rolpassword])),
    "the signing key": key?.secret ?? "",
    "its inner pad": pads.inner,
    "its outer pad": pads.outer,
  };
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const watch = () => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      commands.push(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
    } catch {
      // It has ended.
    }
  }
};

function expectNone(text: string): void {
  expect(Object.keys(secrets).filter((name) => text.includes(secrets[name] ?? ""))).toEqual([]);
}

test("every secret is one, and long enough to be found", () => {
  expect(Object.keys(secrets)).toHaveLength(9);
  for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(15);
});

test("a dump has no password, no verifier and no signing key, and no command line while it is written or loaded", async () => {
  const file = join(folder, "whole.dump");
  await dump(database.backup, file, { withoutTables: [signingKeysTable] }, watch);
  let script = "";
  await runClientProgram("pg_restore", {
    args: ["--file=-", file],
    read: async (output) => {
      for await (const part of output) script += String(part);
    },
  });

  // It is the dump, with all rows.
  expect(script).toContain("user1@example.com");
  expectNone(script);
  expectNone((await readFile(file)).toString("latin1"));

  const target = {
    database: `${database.name}_new`,
    like: database.name,
    maintenance: { ...database.superuser, database: "postgres" },
    owner: database.owner.user,
  };
  await restore([{ file, ...(await readDump(file)) }], target, { jobs: 2, onTable: watch });
  await dropRestored(target);
  expect(commands.join("\n")).toMatch(/pg_dump[^]*pg_restore/);
  expectNone(commands.join("\n"));
});

test("the dump of a customer has none of them either", async () => {
  const file = join(folder, "1.jsonl.gz");
  await dumpCustomer(
    database.backup,
    file,
    { customer: "1", tenantTables: database.tenancy.tables },
    { onRows: () => undefined, signal: new AbortController().signal },
  );
  const text = gunzipSync(await readFile(file)).toString();
  expect(text).toContain("user1@example.com");
  expectNone(text);
});
