/** A role's settings in the words of `postgresql.Role`. Zero and "" stand for a setting that the role does not have. */
export interface RoleSettings {
  searchPaths: string[];
  statementTimeout: number;
  idleInTransactionSessionTimeout: number;
  assumeRole: string;
}

/** @param entries `name=value` each, as pg_roles.rolconfig has them. */
export function readSettings(entries: readonly string[]): RoleSettings {
  const value = (name: string) =>
    entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    searchPaths: splitIdentifiers(value("search_path") ?? ""),
    statementTimeout: milliseconds(value("statement_timeout") ?? "0"),
    idleInTransactionSessionTimeout: milliseconds(
      value("idle_in_transaction_session_timeout") ?? "0",
    ),
    assumeRole: value("role") ?? "",
  };
}

/** `app, "My ""odd"" schema"` → the two names. */
function splitIdentifiers(list: string): string[] {
  return [...list.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(([bare, quoted]) =>
    quoted === undefined ? bare : quoted.replaceAll('""', '"'),
  );
}

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1e3, min: 6e4, h: 3.6e6, d: 8.64e7 };

/** PostgreSQL keeps a timeout as it was written: `30000`, `30s`, `0.5 min`. */
function milliseconds(text: string): number {
  const [, amount = "0", unit = "ms"] = /^\s*([0-9.]+)\s*([a-z]*)\s*$/.exec(text) ?? [];
  return Math.round(Number(amount) * (units[unit === "" ? "ms" : unit] ?? 1));
}
