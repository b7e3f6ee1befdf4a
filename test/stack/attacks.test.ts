import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseContextKey, signer } from "hosterizer-database-client/signContext";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Attack, Open } from "../attacks/attack";
import { corpus } from "../attacks/corpus/index";
import { foreignRows } from "../attacks/foreignRows";
import { foreign, type Outcome, runAttack, type Signing } from "../attacks/runAttack";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";

const catalogStamp = readFileSync(
  join(__dirname, "../../packages/postgres/src/connection/catalogStamp.sql"),
  "utf8",
);

const attacks = Object.entries(corpus).flatMap(([area, its]) =>
  its.map((attack) => ({ area, ...attack })),
);

let project: Project;
let application: Connection;
/** Another session of the same application, serving the other tenant. */
let other: Client;
let before: object[];
beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(foreignRows);
  const plants = attacks.flatMap(({ planted }) => (planted === undefined ? [] : [planted]));
  for (const sql of plants) {
    await project.query(`set role hosterizer_owner; ${sql}`, "hosterizer_migrator");
  }
  await project.succeed("up");
  application = await project.connection("app_user");
  other = new Client(application);
  await other.connect();
  await other.query("select 'umbra'");
  before = await everything();
});
afterAll(async () => {
  await other.end();
  await project.remove();
});

test("the corpus has at least a hundred and ninety attacks, each with an aim of its own", () => {
  expect(attacks.length).toBeGreaterThanOrEqual(190);
  expect(new Set(attacks.map(({ aim }) => aim)).size).toBe(attacks.length);
});

describe("when a session setting makes an administrator", () => {
  test.each(attacks)("$area: $aim", async (attack) => {
    judge(await runAttack(attack, application), attack.gets);
  });

  test("all rows, roles and settings are unchanged", expectUntouched);
});

describe("when contexts are signed", () => {
  let signing: () => Signing;
  beforeAll(async () => {
    await project.edit(
      "database/tenancy.ts",
      'administrators: "session"',
      'administrators: "session", context: "signed"',
    );
    await project.succeed("up");
    const { stdout } = await project.shell("node packages/cli/run.mjs db env --json");
    const { DB_CONTEXT_KEY: key } = JSON.parse(stdout) as { DB_CONTEXT_KEY: string };
    const sign = signer(key);
    signing = () => {
      const expires = new Date(Date.now() + 60_000);
      const token = sign?.({ userRole: "customer", customerId: "1", expires }) ?? "";
      return { key: parseContextKey(key), token };
    };
    before = await everything();
  });

  test("a customer sees its own rows with a token, and none without", async () => {
    const look = { aim: "", sql: "select name from public.sites", gets: "own" } as const;
    expect(await runAttack(look, application, signing())).toMatchObject({
      told: '[{"name":"Own"}]',
    });
    expect(await runAttack(look, application)).toMatchObject({ told: "[]" });
  });

  test.each(attacks)("$area: $aim", async (attack) => {
    const { gets } = attack;
    judge(
      await runAttack(attack, application, signing()),
      isOpen(gets) ? (gets.signed ?? gets) : gets,
    );
  });

  test("no attack on the context or its signature succeeds", () => {
    const open = attacks.filter(({ gets }) => isOpen(gets) && gets.signed === undefined);
    expect(open.filter(({ area }) => area === "context" || area === "signatures")).toEqual([]);
  });

  test("all rows, roles and settings are unchanged", expectUntouched);

  test("nothing has drifted, and the isolation proof passes", async () => {
    expect(await project.npm("drift")).toMatchObject({ code: 0 });
    expect((await project.npm("db", "verify")).output).toContain(": nothing leaks.");
  });

  test("db psql signs its context", async () => {
    const count = (who: string) =>
      project.shell(
        `node packages/cli/run.mjs db psql ${who} -c 'select count(*) from sites' -- -At`,
      );
    expect((await count("--customer 1")).stdout).toBe("1");
    expect((await count("--administrator")).stdout).toBe("502");
    expect((await count("")).stdout).toBe("0");
  });
});

describe("when administrators have a role of their own", () => {
  beforeAll(async () => {
    await project.edit(
      "database/tenancy.ts",
      'administrators: "session", context: "signed"',
      'administrators: "role"',
    );
    await project.succeed("up");
    before = await everything();
  });

  test.each(attacks)("$area: $aim", async (attack) => {
    const { gets } = attack;
    const inRoleMode = isOpen(gets) ? (gets.inRoleMode ?? gets) : gets;
    judge(await runAttack(attack, application), inRoleMode);
  });

  test("all rows, roles and settings are unchanged", expectUntouched);

  test("nothing has drifted, and the signing keys are gone", async () => {
    expect(await project.query("select to_regclass('tenancy.signing_keys') as it")).toEqual([
      { it: null },
    ]);
    expect(await project.npm("drift")).toMatchObject({ code: 0 });
  });
});

function isOpen(gets: Attack["gets"]): gets is Open {
  return typeof gets === "object" && "open" in gets;
}

function judge({ code, told }: Outcome, gets: Attack["gets"]): void {
  if (isOpen(gets)) {
    // An attack listed as open must succeed; otherwise it belongs with those that are stopped.
    expect(code).toBe(gets.code);
    expect(foreign.test(told)).toBe(gets.shows === true);
    return;
  }
  expect(foreign.exec(told.replaceAll(/^Key .*/gm, ""))).toBeNull();
  expect(code).toBe(gets === "own" ? undefined : gets.refusal);
}

async function expectUntouched(): Promise<void> {
  expect(await everything()).toEqual(before);
  expect((await other.query("select 'umbra'")).rowCount).toBe(1);
}

/** All rows, the whole catalog, and every role with its password. */
async function everything(): Promise<object[]> {
  const roles =
    "select to_jsonb(r) || to_jsonb(rolpassword) as role from pg_authid as r order by oid";
  return [
    await readChecksums(project),
    ...(await project.query(catalogStamp)),
    ...(await project.query(roles)),
  ];
}
