import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DatabaseError } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { repairAudit } from "../../../src/audit/audit";
import { renderDifference } from "../../../src/convergence/difference";
import { guideTables, guideTenancy } from "../../../../../test/guideTables";
import { createDeclaredDatabase } from "../convergence/declaredDatabase";
import { asRole, customer } from "../rowLevelSecurity/asRole";
import { twoCustomers } from "../rowLevelSecurity/twoCustomers";
import { rowsOf } from "../testDatabase";

let directory: string;
let database: Awaited<ReturnType<typeof createDeclaredDatabase>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "migrations-"));
  await writeFile(join(directory, "000001_guide.up.sql"), await guideTables());
  await writeFile(join(directory, "000001_guide.down.sql"), "select 1;\n");
  database = await createDeclaredDatabase(directory, 1, guideTenancy.tables);
  await database.run(twoCustomers);
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const refused = "42501"; // insufficient_privilege

/** What a login may say about itself, each with the SQLSTATE of its refusal. */
const statements = (role: string, other: string): readonly [sql: string, code?: string][] => [
  ["drop owned by current_user"],
  [`drop owned by ${role} cascade`],
  [`drop owned by ${other}`, refused],
  ["drop owned by pg_read_all_data", refused],
  [`reassign owned by current_user to ${other}`, refused],
  [`reassign owned by ${other} to current_user`, refused],
  ["alter default privileges grant all on tables to public"],
  ["alter role current_user set lock_timeout = '1h'"],
  ["alter role current_user set app.current_user_role = 'administrator'", refused],
  [`grant ${role} to ${other}`, refused],
  [`grant ${other} to ${role}`, refused],
  ["alter role current_user nologin", refused],
  ["alter role current_user connection limit 0", refused],
  ["alter role current_user valid until '2000-01-01'", refused],
  ["alter role current_user superuser", refused],
  ["comment on role current_user is 'x'", refused],
  [`drop role ${role}`, refused],
  [`alter role ${role} rename to evil`, "0A000"], // feature_not_supported
];

test.each(["applicationLogin", "backupLogin", "migrator"] as const)(
  "what %s may do to its own role takes no row from anyone, is named as drift, and is repaired",
  async (login) => {
    const { user } = database[login];
    const other = database[login === "backupLogin" ? "applicationLogin" : "backupLogin"];
    const outcomes: [string, string?][] = [];
    for (const [sql] of statements(user, other.user)) {
      const code = await rowsOf(database[login], sql).then(
        () => undefined,
        (error: unknown) => (error instanceof DatabaseError ? error.code : String(error)),
      );
      outcomes.push(code === undefined ? [sql] : [sql, code]);
    }
    expect(outcomes).toEqual(statements(user, other.user));

    const seen = (id: number) =>
      asRole(database.applicationLogin, customer(id), async (session) => {
        const { rows } = await session.query<{ name: string }>("select name from public.sites");
        return rows.map(({ name }) => name);
      });
    expect(await seen(1)).toEqual(["Site 1"]);
    expect(await seen(2)).toEqual(["Site 2"]);
    expect(await rowsOf(database.backupLogin, "select from public.sites")).toHaveLength(2);
    expect(await database.look.policies()).toEqual([]);
    expect(await database.look.tablePrivileges()).toEqual([]);

    const lines = (await database.look.access()).map(renderDifference).join("\n");
    expect(lines).toContain(`setting lock_timeout of role ${user}`);
    expect(lines).toContain(`default privileges of ${user} on tables`);
    if (login === "backupLogin") {
      expect(lines).toMatch(
        new RegExp(`default privileges of .* in schema public: found no SELECT to ${user}`),
      );
    }
    await repairAudit(database.superuser, database.audit);
    expect((await database.look.access()).map(renderDifference)).toEqual([]);
  },
);
