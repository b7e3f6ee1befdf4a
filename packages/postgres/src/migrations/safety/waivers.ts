import { loadModule, scanSync } from "libpg-query";

/** A comment by which somebody lets a finding stand: `-- safety: scans-table because the table has ten rows`. */
export interface Waiver {
  rule: string;
  /** Empty if none is given. */
  reason: string;
  /** Where the comment begins in the file. */
  offset: number;
}

const form = /^--\s*safety:\s*(?<rule>\S+)(?:\s+because(?:\s+(?<reason>.*\S))?)?\s*$/i;

/** All waivers of a file, in order. */
export async function readWaivers(sql: string): Promise<Waiver[]> {
  await loadModule();
  if (!/safety:/i.test(sql)) return [];
  const bytes = Buffer.from(sql);
  let [byteOffset, offset] = [0, 0];
  return scanSync(sql)
    .tokens.filter(({ tokenName }) => tokenName === "SQL_COMMENT")
    .flatMap(({ start, end }) => {
      offset += bytes.toString("utf8", byteOffset, start).length;
      byteOffset = start;
      const { rule, reason = "" } = form.exec(bytes.toString("utf8", start, end))?.groups ?? {};
      if (rule === undefined) return [];
      return [{ rule, reason, offset }];
    });
}
