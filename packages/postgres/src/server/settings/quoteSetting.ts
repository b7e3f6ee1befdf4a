/** A value as postgresql.conf takes it. */
export function quoteSetting(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
