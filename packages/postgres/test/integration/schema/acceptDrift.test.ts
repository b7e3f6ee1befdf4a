import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { acceptDrift, readAcceptedDrift } from "../../../src/schema/acceptDrift";
import { readSchemaDrift } from "../../../src/schema/schemaDrift";
import { restoreSchema } from "../../../src/schema/restoreSchema";
import { createMigrationDatabase, type MigrationDatabase } from "../migrations/migrationDatabase";

const shop = readFileSync(join(__dirname, "shop.sql"), "utf8");

describe("accepted drift", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_open_shop", shop);
    await migrate(database.settings);
    await database.keep();
  });
  beforeEach(() => database.reset());
  afterAll(() => database.drop());

  const expectation = () => ({
    owner: database.settings.owner,
    schemas: ["public"],
    directory: database.settings.directory,
  });
  const drift = async () =>
    (await readSchemaDrift(database.settings.connection, expectation())).map(renderDifference);
  const accept = async (reason: string, ...objects: string[]) => {
    const { connection } = database.settings;
    const options = { connection, ...expectation(), log: () => undefined };
    const found = await acceptDrift(options, { objects, reason, systemUser: "ann" });
    return found.map(({ object }) => object);
  };
  const history = () => readAcceptedDrift(database.settings.connection, database.settings.owner);
  const byHand = `alter table public.shops add column region text, drop column notes;
    drop index public.shops_city_idx;
    create table public.handmade (id integer primary key, name text);
    create index handmade_idx on public.handmade (name)`;

  test("is everything that differs, becomes the expected state, and does not change the schema", async () => {
    await database.run(byHand);
    expect(await accept("hotfix")).toEqual([
      "table public.handmade",
      "column public.shops.notes",
      "column public.shops.region",
      "index public.shops_city_idx",
      "index public.shops_notes_idx",
    ]);
    expect(await drift()).toEqual([]);
    await restoreSchema({
      connection: database.settings.connection,
      deployer: database.superuser,
      ...expectation(),
    });
    expect(await database.rows("select from pg_class where relname = 'handmade'")).toHaveLength(1);

    // Accepted objects are restored like those of migrations.
    await database.run("drop index public.handmade_idx");
    expect(await drift()).toEqual([
      expect.stringMatching(/^index public\.handmade_idx is missing/),
    ]);
  });

  test("records who, when, why and what", async () => {
    await database.run(byHand);
    await accept("hotfix", "column public.shops.region");
    const { user } = database.settings.connection;
    const [entry, ...others] = await history();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ systemUser: "ann", login: user, reason: "hotfix" });
    expect(Date.now() - (entry?.acceptedAt.getTime() ?? 0)).toBeLessThan(60_000);
    expect(entry?.differences).toEqual([
      {
        kind: "column added",
        object: "column public.shops.region",
        expected: null,
        actual: "type text",
      },
    ]);
  });

  test("may be one object, with what its change caused; the rest stays drift", async () => {
    await database.run(byHand);
    expect(await accept("not needed", "column public.shops.notes")).toEqual([
      "column public.shops.notes",
      "index public.shops_notes_idx",
    ]);
    expect((await drift()).map((line) => line.split(" ", 2).join(" "))).toEqual([
      "table public.handmade",
      "column public.shops.region",
      "index public.shops_city_idx",
    ]);
  });

  test("is empty if nothing differs, and is not recorded", async () => {
    expect(await accept("just in case")).toEqual([]);
    expect(await history()).toEqual([]);
  });

  test("needs a reason", async () => {
    await database.run(byHand);
    await expect(accept(" ")).rejects.toThrow("accept-drift: no reason is given");
    expect(await drift()).toHaveLength(5);
  });

  test("lists what can be accepted when asked for something else", async () => {
    await database.run("drop index public.shops_city_idx");
    await expect(accept("why", "public.shops_city_idx")).rejects.toThrow(
      "public.shops_city_idx: no difference that can be accepted.\nThese can be accepted:\n  index public.shops_city_idx.",
    );
    expect(await history()).toEqual([]);
  });

  test("may be a migration file in which only comments and white space were edited", async () => {
    await database.write("000001_open_shop", `-- Why the shop is open.\n${shop}`);
    expect(await drift()).toEqual([
      expect.stringMatching(/^migration 000001_open_shop: found the up file with other comments/),
    ]);
    expect(await accept("comments")).toEqual(["migration 000001_open_shop"]);
    expect(await drift()).toEqual([]);
    expect(await migrate(database.settings)).toEqual([]);
  });

  test("is never a migration whose SQL has changed", async () => {
    await database.write("000001_open_shop", `${shop}\nselect 1;`);
    expect(await accept("why not")).toEqual([]);
    await expect(accept("why not", "migration 000001_open_shop")).rejects.toThrow(
      "Nothing can be accepted",
    );
    expect(await drift()).toHaveLength(1);
  });
});
