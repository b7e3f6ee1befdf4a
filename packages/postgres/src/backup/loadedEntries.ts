import type { DumpContents, DumpEntry, TableRows } from "./dumpContents";

/** Whether an entry is loaded: what is the owner's, what has no owner, and what everyone who owns a database may do with its schema public. */
export function isLoaded(
  { kind, rest }: DumpEntry,
  owner: string,
  schemasOfExtensions: readonly string[],
): boolean {
  if (kind === "EXTENSION" || rest.startsWith("- EXTENSION ")) return false;
  // Only the owner itself may set them, and an update does.
  if (kind === "DEFAULT ACL") return false;
  if (kind === "SCHEMA" && schemasOfExtensions.some((name) => rest === `- ${name} ${owner}`))
    return false;
  if (kind === "CAST" && rest.endsWith(" ")) return true;
  return rest.endsWith(` ${owner}`) || rest.endsWith(" pg_database_owner");
}

/** The tables of a dump whose rows `restore` loads: those of the owner. */
export function loadedTables(
  { entries, tables }: Pick<DumpContents, "entries" | "tables">,
  owner: string,
): readonly TableRows[] {
  const owned = new Set(
    entries.filter(({ kind }) => kind === "TABLE DATA").map(({ rest }) => rest),
  );
  return tables.filter(({ schema, table }) => owned.has(listed(`${schema} ${table} ${owner}`)));
}

/** A name as pg_restore lists it: an entry is one line. */
function listed(name: string): string {
  return name.replaceAll(/[\r\n]/g, " ");
}

/** When an entry is loaded: 0 before row-level security, 1 with it, 2 after it. */
export function phaseOf({ kind, rest }: DumpEntry): 0 | 1 | 2 {
  if (kind === "MATERIALIZED VIEW DATA") return 2;
  const isPolicy = kind === "POLICY" || (kind === "COMMENT" && /^\S+ POLICY /.test(rest));
  return kind === "ROW SECURITY" || isPolicy ? 1 : 0;
}
