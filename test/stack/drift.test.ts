import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeProject } from "./makeProject";
import type { Project } from "./project";
import { resourceInPreview } from "./resourceInPreview";

/** Something done by hand that no declaration knows of. */
interface Break {
  what: string;
  sql: string;
  /** The resource that has drifted. */
  resource: string;
  /** What drift says about it. */
  says: RegExp;
}

const breaks: readonly Break[] = [
  {
    what: "a privilege on one table is revoked",
    sql: "revoke insert on public.sites from app_user",
    resource: "access-app_user-public-tables",
    says: /"INSERT"/,
  },
  {
    what: "a privilege that is not declared is granted",
    sql: "grant insert on public.users to app_readonly",
    resource: "access-app_readonly-public-tables",
    says: /"INSERT"/,
  },
  {
    what: "a privilege on a schema is revoked",
    sql: "revoke usage on schema monitoring from app_monitor",
    resource: "access-app_monitor-monitoring",
    says: /"USAGE"/,
  },
  {
    what: "a default privilege is revoked",
    sql: `alter default privileges for role hosterizer_owner in schema public
          revoke select on tables from app_readonly`,
    resource: "access-app_readonly-public-tables-future",
    says: /"SELECT"/,
  },
  {
    what: "CONNECT goes back to PUBLIC",
    sql: "grant connect on database hosterizer to public",
    resource: "database-public-database",
    says: /"CONNECT"/,
  },
  {
    what: "schema public is opened to PUBLIC",
    sql: "grant usage, create on schema public to public",
    resource: "database-public-public",
    says: /"CREATE"[^]*"USAGE"/,
  },
  {
    what: "a role may create databases",
    sql: "alter role app_backup createdb",
    resource: "role-app_backup",
    says: /createDatabase *: false => true/,
  },
  {
    what: "a role bypasses row-level security",
    sql: "alter role app_readonly bypassrls",
    resource: "role-app_readonly",
    says: /bypassRowLevelSecurity *: false => true/,
  },
  {
    what: "a password is changed by hand",
    sql: "alter role app_user password 'changed by hand'",
    resource: "role-app_user",
    says: /password *: \[secret\] => \[secret\]/,
  },
  {
    what: "a membership is revoked",
    sql: "revoke pg_monitor from app_monitor",
    resource: "role-app_monitor",
    says: /- \[0\]: "pg_monitor"/,
  },
  {
    what: "an extension is dropped",
    sql: "drop extension pgcrypto",
    resource: "database-pgcrypto",
    says: /name *: "pgcrypto"/,
  },
  {
    what: "a schema has another owner",
    sql: "alter schema monitoring owner to postgres",
    resource: "database-monitoring",
    says: /owner *: "hosterizer_owner" => "postgres"/,
  },
  {
    what: "a policy shows everything",
    sql: "alter policy context_sees_own on public.customers using (true)",
    resource: "tenancy-public.customers",
    says: /policy context_sees_own differs: USING is true/,
  },
  {
    what: "a policy is dropped",
    sql: "drop policy context_sees_own on public.sites",
    resource: "tenancy-public.sites",
    says: /policy context_sees_own is missing/,
  },
  {
    what: "a policy is added",
    sql: "create policy open on public.deployments using (true)",
    resource: "tenancy-public.deployments",
    says: /policy open is not declared/,
  },
  {
    what: "row-level security is disabled",
    sql: "alter table public.cost_records disable row level security",
    resource: "tenancy-public.cost_records",
    says: /row-level security is disabled/,
  },
  {
    what: "row-level security is not forced",
    sql: "alter table public.ecommerce_integrations no force row level security",
    resource: "tenancy-public.ecommerce_integrations",
    says: /row-level security is not forced/,
  },
  {
    what: "a function that policies call is another",
    sql: `create or replace function tenancy.is_administrator() returns boolean
          language sql stable as 'select true'`,
    resource: "tenancy",
    says: /function tenancy\.is_administrator\(\) differs: its body/,
  },
  {
    what: "a setting is changed by ALTER SYSTEM",
    sql: "alter system set password_encryption = 'md5'",
    resource: "server",
    says: /setting password_encryption is 'md5', declared is 'scram-sha-256'/,
  },
];

/** What other resources stand on, so that these can be seen only after it is repaired. */
const deepBreaks: readonly Break[] = [
  {
    what: "a role is dropped",
    sql: "drop owned by app_monitor; drop role app_monitor",
    resource: "role-app_monitor",
    says: /name *: "app_monitor"/,
  },
  {
    what: "the migrator is no member of the owner any more",
    sql: "revoke hosterizer_owner from hosterizer_migrator",
    resource: "role-hosterizer_migrator",
    says: /- \[0\]: "hosterizer_owner"/,
  },
  {
    what: "the migrator may not connect",
    sql: "revoke connect on database hosterizer from hosterizer_migrator",
    resource: "database-hosterizer_migrator-database",
    says: /"CONNECT"/,
  },
  {
    what: "the database has another owner",
    sql: "alter database hosterizer owner to postgres",
    resource: "database",
    says: /owner *: "hosterizer_owner" => "postgres"/,
  },
  {
    what: "a schema is dropped with all that is in it",
    sql: "drop schema monitoring cascade",
    resource: "database-monitoring",
    says: /name *: "monitoring"/,
  },
  {
    what: "a function that policies call is dropped",
    sql: "drop function tenancy.current_customer_id()",
    resource: "tenancy",
    says: /current_customer_id\(\) is missing|not looked at yet/,
  },
];

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
});
afterAll(() => project.remove());

describe.each([
  { round: "what is declared", broken: breaks },
  { round: "what others stand on", broken: deepBreaks },
])("a change by hand of $round", ({ broken }) => {
  let drift: Awaited<ReturnType<Project["npm"]>>;

  beforeAll(async () => {
    for (const { sql } of broken) await project.query(sql);
    await project.query("select pg_reload_conf()");
    drift = await project.npm("drift");
  });

  test("ends drift with exit code 7", () => {
    expect(drift).toMatchObject({ code: 7 });
  });

  test.each(broken)("is named: $what", ({ resource, says }) => {
    expect(resourceInPreview(drift.output, resource)).toMatch(says);
  });

  test("is repaired by one up, and then drift ends with 0", async () => {
    await project.succeed("up");

    expect(await project.npm("drift")).toMatchObject({ code: 0 });
    await expect(project.query("select", "app_user")).resolves.toEqual([{}]);
  });
});

test("a stopped server is named by drift with host and port, and started by up", async () => {
  const [row] = await project.query<{ pid: number }>(
    "select pg_postmaster_start_time(), split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid",
  );
  if (row === undefined) throw new Error("the server does not tell its process id");
  process.kill(row.pid, "SIGINT");
  const stopped = await project.npm("drift");
  const up = await project.succeed("up");

  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.output).toMatch(new RegExp(`127\\.0\\.0\\.1.*${project.port}`));
  expect(stopped.output).not.toMatch(/^ +at .*\.ts:\d+/m);
  expect(up).toContain("was not running; it is again");
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});
