/** A setting of the server, in the terms of postgresql.conf. */
export interface ServerSetting {
  name: string;
  value: string;
  /** Why it differs from what initdb writes. */
  reason: string;
}

/** A value as postgresql.conf takes it. */
export function quoteSetting(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The text of a settings file: a line for each setting, with its reason. */
export function settingsFile(settings: readonly ServerSetting[]): string {
  const lines = settings.map(
    ({ name, value, reason }) => `${name} = ${quoteSetting(value)} # ${reason}`,
  );
  // Servers compare this file with the one that an earlier version wrote: another text restarts them.
  return ["# Written by hosterizer-database; the next update writes it anew.", ...lines, ""].join(
    "\n",
  );
}
