import type { Connection } from "../connection";
import type { Difference } from "../drift/difference";
import { readSql } from "../readSql";
import { withSession } from "../withSession";
import { quoteSetting } from "./quoteSetting";
import type { ServerSetting } from "./serverSetting";

interface Found {
  name: string;
  value: string;
  by_alter_system: boolean;
}

/**
 * Where the running server's settings differ from the declared ones: in the file and not in force yet, or changed by
 * ALTER SYSTEM, whether that is in force already or not.
 *
 * @param connection a superuser's
 */
export async function readSettingsDrift(
  connection: Connection,
  wanted: readonly ServerSetting[],
): Promise<Difference[]> {
  const names = wanted.map(({ name }) => name);
  const { rows } = await withSession(connection, (client) =>
    client.query<Found>(readSql(__dirname, "settingsInForce"), [names]),
  );
  const live = new Map(rows.filter((row) => !row.by_alter_system).map(byName));
  const overrides = new Map(rows.filter((row) => row.by_alter_system).map(byName));
  const declared = wanted.flatMap(({ name, value }) =>
    departure(name, value, live.get(name), overrides.get(name)),
  );
  const others = [...overrides].filter(([name]) => !names.includes(name));
  return [
    ...declared,
    ...others.map(([name, value]): Difference => {
      const actual = `${quoteSetting(value)} by ALTER SYSTEM`;
      const kind = "server setting not declared";
      return { kind, object: `setting ${name}`, expected: null, actual, repair: "automatic" };
    }),
  ];
}

function departure(name: string, wanted: string, live = "", override = live): Difference[] {
  const kind = "server setting";
  const difference = { kind, object: `setting ${name}`, expected: quoteSetting(wanted) };
  if (live !== wanted) return [{ ...difference, actual: quoteSetting(live), repair: "automatic" }];
  if (override === wanted) return [];
  const actual = `${quoteSetting(override)} by ALTER SYSTEM, from the next start on`;
  return [{ ...difference, actual, repair: "automatic" }];
}

function byName({ name, value }: Found): [string, string] {
  return [name, value];
}
