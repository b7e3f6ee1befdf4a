/**
 * Where the database of a stack is and how to get in, out of the stack's outputs. Passwords stay where they are.
 *
 * @returns nothing where nothing is up, as after `up --preview-only` or in a part of the whole
 */
export function renderConnection(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): string | undefined {
  const { host, port, database, schemaVersion, sslmode, sslrootcert } = outputs;
  if (host === undefined) return undefined;
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  const facts = {
    host,
    port,
    database,
    "schema version": schemaVersion,
    TLS: sslmode === "disable" ? undefined : sslmode,
    authority: sslrootcert,
  };
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(16)}${String(value)}\n`);
  return `${lines.join("")}\nConnect:\n  eval "$(npm run -s db -- env${option})"\n  psql\n`;
}
