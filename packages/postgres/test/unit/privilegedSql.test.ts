import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { loadModule, parseSync } from "libpg-query";
import { beforeAll, expect, test } from "vitest";

/** The queries of sessions of a superuser, the deploy role or the monitoring role. */
const folders = [
  "audit",
  "backup",
  "connection",
  "pooler",
  "server/container",
  "server/external",
  "server/settings",
  "monitoring/databaseStatus",
];

const files = folders.flatMap((folder) =>
  readdirSync(join("packages/postgres/src", folder))
    .filter((name) => name.endsWith(".sql"))
    .map((name) => join("packages/postgres/src", folder, name)),
);

beforeAll(() => loadModule());

/** Relations and functions without a schema, or of another schema than pg_catalog. */
function strangers(sql: string): string[] {
  const found: string[] = [];
  const queries = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(walk);
      return;
    }
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node as Record<string, Record<string, unknown>>)) {
      if (key === "CommonTableExpr") queries.add(String(value["ctename"]));
      if (key === "RangeVar" && value["schemaname"] !== "pg_catalog") {
        found.push([value["schemaname"], value["relname"]].filter(Boolean).join("."));
      }
      if (key === "FuncCall") {
        const names = (value["funcname"] as { String: { sval: string } }[]).map(
          ({ String: { sval } }) => sval,
        );
        if (names[0] !== "pg_catalog") found.push(`${names.join(".")}()`);
      }
      walk(value);
    }
  };
  walk(parseSync(sql));
  return found.filter((name) => !queries.has(name));
}

test.each(files)("%s reads only pg_catalog, and names it", (file) => {
  const sql = readFileSync(file, "utf8");
  // The status inserts the extension's own view here.
  const known = file.endsWith("slowestStatements.sql") ? ["monitoring.pg_stat_statements"] : [];

  expect(strangers(sql)).toEqual(known);
});
