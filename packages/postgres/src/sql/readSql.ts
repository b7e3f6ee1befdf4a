import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of `<name>.sql`, which lies beside the code that runs it. */
export function readSql(directory: string, name: string): string {
  return readFileSync(join(directory, `${name}.sql`), "utf8");
}
