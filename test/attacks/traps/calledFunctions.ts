import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the SQL of our own sessions is. */
const folders = [
  "packages/postgres/src",
  "packages/cli/src",
  "packages/offline-plugins/src/postgresql",
];

/** Functions that the official plugin, version 3.18.1, calls too: its SQL is not ours, and names no schemas. */
const ofTheOfficialPlugin = ["array_agg", "array_remove", "array_to_string", "pg_get_userbyid"];

/** Every name in them that could be a function call; only a server can tell which of them are functions. */
export function calledFunctions(project = process.cwd()): string[] {
  const texts = folders.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(sql|ts)$/.test(name))
      .map((name) => readFileSync(join(project, folder, name), "utf8")),
  );
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\b([a-z_][a-z0-9_]*)\s*\(/g)].map(([, name = ""]) => name),
  );
  return [...new Set([...names, ...ofTheOfficialPlugin])].sort();
}
