import { afterAll, beforeAll, expect, test } from "vitest";

import { openLike } from "../../../src/backup/newDatabase";
import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
/** One that a restore has opened for its checks. */
let opened: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  opened = `${database.name}_opened`;
  await database.administer(`create database ${opened} owner ${database.owner}`);
  await database.administer(`revoke all on database ${opened} from public`);
});

afterAll(async () => {
  await database.administer(`drop database ${opened}`);
  await database.drop();
});

/** As a restore that is killed afterwards. */
const open = () =>
  openLike({
    database: opened,
    like: database.name,
    maintenance: { ...database.superuser, database: "postgres" },
    owner: database.owner,
  });

const line = () =>
  expect.stringMatching(
    `^database ${opened}: found privileges of .*app_user.*, expected no privileges: the checks of its restore did not end`,
  ) as unknown;

test("names and closes a database whose checks have ended with their restore", async () => {
  expect(await database.lines()).toEqual([]);
  await open();
  expect(await database.lines()).toEqual([line()]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
  const superfluous = `select from pg_database, aclexplode(datacl) where datname = '${opened}' and grantee <> datdba`;
  expect(await rowsOf(database.superuser, superfluous)).toEqual([]);
});

test("a deploy role that is no superuser does, too", async () => {
  const deploy = await database.role("deploy", "createdb createrole");
  await database.run(`grant ${database.owner} to ${deploy.user}`);
  await open();
  expect(await database.linesAs(deploy)).toEqual([line()]);

  await database.repair(deploy);
  expect(await database.linesAs(deploy)).toEqual([]);
});
