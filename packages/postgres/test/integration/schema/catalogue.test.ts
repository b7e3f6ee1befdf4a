import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { migrationKinds, readSchemaDrift } from "../../../src/schema/schemaDrift";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { schemaKinds } from "../../../src/schema/schemaRules";
import { migrations } from "../../../../../test/drift/catalogue/migrations";
import { schema } from "../../../../../test/drift/catalogue/schema";
import type { DriftCase, FileChange } from "../../../../../test/drift/driftCase";
import { matches } from "../../../../../test/drift/matches";
import { tenantRows } from "../../../../../test/stack/tenantRows";
import {
  copyRealMigrations,
  createMigrationDatabase,
  type MigrationDatabase,
} from "../migrations/migrationDatabase";

const catalogue = [...schema, ...migrations];
const rounds = [...new Set(catalogue.map(({ up, round = 1 }) => `${up} ${round}`))];
const ofRound = (round: string) =>
  catalogue.filter(({ up, round: its = 1 }) => `${up} ${its}` === round);

describe("the catalogue of the schema and of the migrations", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await copyRealMigrations(database);
    await migrate({ ...database.settings });
    await database.run(tenantRows);
  });
  afterAll(() => database.drop());

  const expectation = () => ({
    owner: database.settings.owner,
    schemas: ["public"],
    directory: database.settings.directory,
  });
  const drift = () => readSchemaDrift(database.settings.connection, expectation());
  const restore = () =>
    restoreSchema({
      connection: database.settings.connection,
      deployer: database.superuser,
      ...expectation(),
    });
  const run = (sql: string) =>
    database.run(sql.replaceAll("hosterizer_owner", database.settings.owner));
  const breakByHand = async ({ break: broken }: DriftCase) => {
    if (typeof broken === "string") return run(broken);
    for (const change of broken) await changeFile(change);
  };
  const changeFile = async (change: FileChange) => {
    const path = (file: string) =>
      join(database.settings.directory, file.replace(/^migrations/, ""));
    const { file } = change;
    if ("movedTo" in change) return rename(path(file), path(change.movedTo));
    if ("removed" in change) return rm(path(file));
    if ("text" in change) return writeFile(path(file), change.text);
    const text = await readFile(path(file), "utf8");
    expect(text).toContain(change.from);
    return writeFile(path(file), text.replace(change.from, change.to));
  };
  const rows = () =>
    database.rows(
      `select (select md5(string_agg(users::text, ';' order by id)) from public.users) as users,
              (select md5(string_agg(customers::text, ';' order by id)) from public.customers) as customers,
              (select md5(string_agg(sites::text, ';' order by id)) from public.sites) as sites,
              (select md5(string_agg(deployments::text, ';' order by id)) from public.deployments) as deployments`,
    );

  test("lists only kinds that exist", () => {
    const known: readonly string[] = [...schemaKinds, ...migrationKinds];
    const unknown = catalogue.filter(({ kind }) => !known.includes(kind));
    expect(unknown).toEqual([]);
  });

  test.each(rounds)("holds when all changes are made at once: %s", async (round) => {
    const cases = ofRound(round);
    for (const one of cases) await breakByHand(one);
    const found = await drift();
    for (const one of cases) {
      const its = found.filter(
        (finding) => finding.kind === one.kind && matches(one, renderDifference(finding)),
      );
      expect(
        its.map(({ repair }) => repair),
        one.what,
      ).toEqual([one.up === "repairs" ? "automatic" : "refused"]);
    }

    const before = await rows();
    if (round.startsWith("repairs")) await restore();
    else {
      await expect(restore()).rejects.toThrow("Nothing in the schema was changed");
      expect((await drift()).map(renderDifference)).toEqual(found.map(renderDifference));
    }
    expect(await rows()).toEqual(before);
    if (round.startsWith("refuses")) for (const { undo } of cases) await run(undo ?? "");
    await rm(database.settings.directory, { recursive: true });
    await copyRealMigrations(database);
    expect((await drift()).map(renderDifference)).toEqual([]);
  });
});
