import { escapeLiteral } from "pg";

/**
 * The statements that turn storage parameters into others, such as `fillfactor=70, autovacuum_enabled=false`.
 *
 * @param alter Such as `alter table public.sites`.
 */
export function optionStatements(
  alter: string,
  actual: string | null | undefined,
  expected: string | null | undefined,
): string[] {
  const [found, wanted] = [parseOptions(actual), parseOptions(expected)];
  const spare = [...found.keys()].filter((name) => !wanted.has(name));
  const wrong = [...wanted].filter(([name, value]) => found.get(name) !== value);
  return [
    ...(spare.length === 0 ? [] : [`${alter} reset (${spare.join(", ")})`]),
    ...(wrong.length === 0 ? [] : [`${alter} set (${renderOptions(wrong)})`]),
  ];
}

/** Options as they stand in `with (…)`; nothing without any. */
export function withOptions(options: string | null | undefined): string {
  const parsed = [...parseOptions(options)];
  return parsed.length === 0 ? "" : ` with (${renderOptions(parsed)})`;
}

function renderOptions(options: readonly (readonly [string, string])[]): string {
  return options.map(([name, value]) => `${name} = ${escapeLiteral(value)}`).join(", ");
}

function parseOptions(options: string | null | undefined): Map<string, string> {
  const entries = (options ?? "").split(", ").filter((entry) => entry !== "");
  return new Map(
    entries.map((entry) => {
      const [name = "", ...value] = entry.split("=");
      return [name, value.join("=")];
    }),
  );
}
