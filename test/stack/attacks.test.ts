import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Connection } from "../../postgres/connection";
import type { Attack, Open } from "../attacks/attack";
import { corpus } from "../attacks/corpus";
import { foreignRows } from "../attacks/foreignRows";
import { foreign, type Outcome, runAttack } from "../attacks/runAttack";
import { makeProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";

const catalogStamp = readFileSync(join(__dirname, "../../postgres/catalogStamp.sql"), "utf8");

const attacks = Object.entries(corpus).flatMap(([area, its]) =>
  its.map((attack) => ({ area, ...attack })),
);

let project: Project;
let application: Connection;
/** Another request of the same application, for the other tenant. */
let other: Client;
let before: object[];
beforeAll(async () => {
  project = await makeProject();
  await project.succeed("up");
  await project.query(foreignRows);
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

test("there are sixty attacks at least, and no two of them alike", () => {
  expect(attacks.length).toBeGreaterThanOrEqual(60);
  expect(new Set(attacks.map(({ aim }) => aim)).size).toBe(attacks.length);
});

describe("an administrator is who says so", () => {
  test.each(attacks)("$area: $aim", async (attack) => {
    judge(await runAttack(attack, application), attack.gets);
  });

  test("all rows, roles and settings are as they were", expectUntouched);
});

describe("an administrator has a role of its own", () => {
  beforeAll(async () => {
    await project.edit(
      "database/tenancy.ts",
      'administrators: "session"',
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

  test("all rows, roles and settings are as they were", expectUntouched);
});

function isOpen(gets: Attack["gets"]): gets is Open {
  return typeof gets === "object" && "open" in gets;
}

function judge({ code, told }: Outcome, gets: Attack["gets"]): void {
  if (isOpen(gets)) {
    // What is said to be open is: otherwise it belongs to what is stopped.
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
