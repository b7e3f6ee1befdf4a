import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Connection, withClient } from "../../../src/connection/connection";
import { converge } from "../../../src/convergence/converge";
import type { Difference } from "../../../src/convergence/difference";
import {
  type ManagedFunction,
  planFunction,
  readFunctions,
} from "../../../src/convergence/managedFunction";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

const schema = "managed";
const name = "managed.answer(name)";

/** Manual changes; OWNER, CALLER and STRANGER are roles of this test only. */
const catalogue: readonly (readonly [sql: string, differences: readonly Partial<Difference>[]])[] =
  [
    [`drop function ${name} cascade`, [{ kind: "lookup function missing", actual: null }]],
    [
      `drop function ${name} cascade;
       create function ${name} returns text language sql as 'select null::text'`,
      [
        { kind: "lookup function result", actual: "(name) returns text" },
        { kind: "lookup function owner", actual: "owner postgres" },
        { kind: "lookup function body", actual: "language sql, body select null::text" },
        { kind: "lookup function attribute", actual: "CALLED ON NULL INPUT" },
        { kind: "lookup function attribute", actual: "VOLATILE" },
        { kind: "lookup function attribute", actual: "PARALLEL UNSAFE" },
        { kind: "lookup function attribute", actual: "SECURITY INVOKER" },
        { kind: "lookup function attribute", actual: "no SET" },
      ],
    ],
    [
      `drop function ${name} cascade;
       set role OWNER;
       create procedure managed.answer(asked name) language plpgsql as 'begin end'`,
      [
        { kind: "lookup function result", actual: "(IN asked name) returns nothing" },
        { kind: "lookup function body" },
        { kind: "lookup function attribute" },
        { kind: "lookup function attribute" },
        { kind: "lookup function attribute" },
        { kind: "lookup function attribute" },
        { kind: "lookup function attribute" },
      ],
    ],
    [
      `drop function ${name} cascade;
       set role OWNER;
       create function managed.answer(asked name) returns setof boolean
         language plpgsql strict stable parallel safe security definer
         set search_path = pg_catalog, pg_temp as 'begin return; end'`,
      [
        { kind: "lookup function result", actual: "(asked name) returns SETOF boolean" },
        { kind: "lookup function body" },
      ],
    ],
    [
      `drop function ${name} cascade;
       set role OWNER;
       create function managed.answer(other name) returns boolean
         language plpgsql strict stable parallel safe security definer
         set search_path = pg_catalog, pg_temp as 'BODY'`,
      [{ kind: "lookup function result", actual: "(other name) returns boolean" }],
    ],
    [
      `create or replace function managed.answer(asked name) returns boolean
         strict stable parallel safe security definer set search_path = pg_catalog, pg_temp
         language sql begin atomic select true; end`,
      [
        {
          kind: "lookup function body",
          actual: "language sql, body BEGIN ATOMIC SELECT true; END",
        },
      ],
    ],
    [
      `alter function ${name} owner to postgres`,
      [{ kind: "lookup function owner", actual: "owner postgres", expected: "owner OWNER" }],
    ],
    [
      `alter function ${name} owner to STRANGER`,
      [{ kind: "lookup function owner", actual: "owner STRANGER" }],
    ],
    ...(
      [
        ["called on null input", "CALLED ON NULL INPUT"],
        ["volatile", "VOLATILE"],
        ["immutable", "IMMUTABLE"],
        ["parallel unsafe", "PARALLEL UNSAFE"],
        ["parallel restricted", "PARALLEL RESTRICTED"],
        ["leakproof", "LEAKPROOF"],
        ["security invoker", "SECURITY INVOKER"],
        ["reset search_path", "no SET"],
        ["set search_path = public", "SET search_path=public"],
        ["set row_security = off", "SET search_path=pg_catalog, pg_temp SET row_security=off"],
      ] as const
    ).map(
      ([attribute, actual]) =>
        [
          `alter function ${name} ${attribute}`,
          [{ kind: "lookup function attribute", actual }],
        ] as const,
    ),
    [
      `grant execute on function ${name} to public`,
      [{ object: `privilege of PUBLIC on function ${name}`, actual: "EXECUTE", expected: null }],
    ],
    [
      `grant execute on function ${name} to STRANGER with grant option;
       set role STRANGER; grant execute on function ${name} to public`,
      [
        { object: `privilege of PUBLIC on function ${name}`, expected: null },
        {
          object: `privilege of STRANGER on function ${name}`,
          actual: "EXECUTE WITH GRANT OPTION",
          expected: null,
        },
      ],
    ],
    [
      `grant execute on function ${name} to CALLER with grant option;
       set role CALLER; grant execute on function ${name} to STRANGER`,
      [
        { object: `privilege of STRANGER on function ${name}`, expected: null },
        { object: `privilege of CALLER on function ${name}`, actual: "EXECUTE WITH GRANT OPTION" },
      ],
    ],
    [
      `revoke execute on function ${name} from CALLER`,
      [{ object: `privilege of CALLER on function ${name}`, actual: null, expected: "EXECUTE" }],
    ],
    [
      `revoke execute on function ${name} from OWNER`,
      [{ object: `privilege of OWNER on function ${name}`, actual: null, expected: "EXECUTE" }],
    ],
    [
      `alter function ${name} volatile; grant execute on function ${name} to STRANGER`,
      [{ kind: "lookup function attribute" }, { kind: "lookup function executor" }],
    ],
  ];

describe.each(["superuser", "owner"] as const)("as %s", (session) => {
  let database: TestDatabase;
  let connection: Connection;
  let wanted: ManagedFunction<"lookup function">;
  let roles: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const owner = await database.role("owner");
    const { user: caller } = await database.role("caller");
    const { user: stranger } = await database.role("stranger");
    connection = session === "owner" ? owner : database.superuser;
    roles = { OWNER: owner.user, CALLER: caller, STRANGER: stranger };
    wanted = {
      kindPrefix: "lookup function",
      schema,
      name: "answer",
      parameters: [{ name: "asked", type: "name" }],
      returns: "boolean",
      language: "plpgsql",
      body: "\nbegin\n  return asked operator(pg_catalog.=) 'it''s me';\nend\n",
      attributes: {
        nullInput: "STRICT",
        volatility: "STABLE",
        parallel: "PARALLEL SAFE",
        leakproof: "NOT LEAKPROOF",
        security: "SECURITY DEFINER",
      },
      settings: ["search_path=pg_catalog, pg_temp"],
      owner: owner.user,
      executors: [caller],
      policiesAreRecreated: true,
      reasons: {},
    };
    await database.run(`
      create schema ${schema} authorization ${owner.user};
      grant usage on schema ${schema} to ${caller}, ${stranger};
      set role ${owner.user};
      create function managed.answer(text) returns text language sql as 'select null::text';
      reset role;
      create table public.guarded (who name);
      alter table public.guarded owner to ${owner.user}`);
    await repair();
  });

  afterAll(() => database.drop());

  beforeEach(async () => {
    await database.run(`drop policy if exists by_answer on public.guarded;
      create policy by_answer on public.guarded using (managed.answer(who))`);
  });

  const here = (text: string) =>
    Object.entries({ ...roles, BODY: wanted.body.replaceAll("'", "''") }).reduce(
      (filled, [word, value]) => filled.replaceAll(word, () => value),
      text,
    );
  const drift = () =>
    withClient(connection, "test", async (client) =>
      planFunction(await readFunctions(client, schema), wanted),
    );
  const repair = (declared = wanted) =>
    converge(connection, { purpose: "test", owner: connection.user }, async (client) =>
      planFunction(await readFunctions(client, schema), declared),
    );
  const oidOf = async (what: string) =>
    (await rowsOf<{ oid: string }>(database.superuser, `select ${what}::oid::text as oid`))[0]?.oid;
  const policy = async () =>
    rowsOf(database.superuser, "select oid::text from pg_catalog.pg_policy");

  test("nothing is left to do after it was created", async () => {
    expect(await drift()).toEqual([]);
    const caller = { role: roles["CALLER"] ?? "" };
    const sql = "select managed.answer(name 'it''s me') as me, managed.answer(name 'you') as you";
    expect(await rowsOf(database.superuser, sql, caller)).toEqual([{ me: true, you: false }]);
    const stranger = rowsOf(database.superuser, sql, { role: roles["STRANGER"] ?? "" });
    await expect(stranger).rejects.toMatchObject({ code: "42501" });
  });

  test.each(catalogue)("names and repairs: %s", async (sql, differences) => {
    await database.run(here(sql));
    const found = await drift();
    const expected = JSON.parse(here(JSON.stringify(differences))) as Partial<Difference>[];
    expect(found).toHaveLength(expected.length);
    expect(found).toMatchObject(expected);
    await repair();
    expect(await drift()).toEqual([]);
  });

  test("another owner's function is replaced where the session has that owner's rights", async () => {
    const { OWNER = "", STRANGER = "" } = roles;
    await database.run(
      `grant ${STRANGER} to ${OWNER}; alter function ${name} owner to ${STRANGER}`,
    );
    const before = [await oidOf(`'${name}'::regprocedure`), await policy()];
    await repair();
    expect([await oidOf(`'${name}'::regprocedure`), await policy()]).toEqual(before);
    expect(await drift()).toEqual([]);
    await database.run(`revoke ${STRANGER} from ${OWNER}`);
  });

  test("a superuser replaces a stranger's function; the owner drops it with its policies", async () => {
    await database.run(here(`alter function ${name} owner to STRANGER`));
    const before = await oidOf(`'${name}'::regprocedure`);
    await repair();
    const isReplaced = (await oidOf(`'${name}'::regprocedure`)) === before;
    expect(isReplaced).toBe(session === "superuser");
    expect(await policy()).toHaveLength(session === "superuser" ? 1 : 0);
  });

  test("a function that policies call is not dropped where they are not created again", async () => {
    await database.run(`drop policy by_answer on public.guarded; drop function ${name};
      create function ${name} returns boolean language sql as 'select true';
      create policy by_answer on public.guarded using (managed.answer(who))`);
    const before = await drift();
    const update = repair({ ...wanted, policiesAreRecreated: false });
    await expect(update).rejects.toMatchObject({ code: "2BP01" });
    expect(await drift()).toEqual(before);
    await repair();
    expect(await drift()).toEqual([]);
  });

  test("leaves other functions of the same name unchanged", async () => {
    const rows = await rowsOf(
      database.superuser,
      "select prosrc from pg_catalog.pg_proc where oid = 'managed.answer(text)'::regprocedure",
    );
    expect(rows).toEqual([{ prosrc: "select null::text" }]);
  });
});
