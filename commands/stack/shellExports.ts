/** Lines for a shell to evaluate. No value is expanded or executed, whatever is in it. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");
}

/** Within single quotes a POSIX shell takes all but the quote itself as it is. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
