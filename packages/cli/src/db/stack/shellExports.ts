import { shellWord } from "@hosterizer/postgres/npmCommand";

/** Lines for a shell to evaluate. No value is expanded or executed, whatever is in it. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellWord(value)}\n`)
    .join("");
}
