/** The keys that repositories are encrypted with, by their numbers. */
export type RepositoryKeys = Readonly<Record<number, string>>;

/**
 * The keys in a text: the only one by itself, or several, each after its number and a colon.
 *
 * @returns undefined if it is something else
 */
export function parseKeys(text: string): RepositoryKeys | undefined {
  const keys: Record<number, string> = {};
  for (const word of text.trim().split(/\s+/)) {
    const [, number = "1", key = word] = /^([1-9]\d?):(.+)$/.exec(word) ?? [];
    if (!/^[\x21-\x7e]{20,200}$/.test(key) || Number(number) in keys) return undefined;
    keys[Number(number)] = key;
  }
  return keys;
}

/** The keys as `parseKeys` reads them, in one line. */
export function renderKeys(keys: RepositoryKeys): string {
  const all = Object.entries(keys);
  const [only] = all;
  if (only?.[0] === "1" && all.length === 1) return only[1];
  return all.map(([number, key]) => `${number}:${key}`).join(" ");
}

/** The keys in the text of a pgbackrest.conf that a stack of ours has made. An earlier version had one key, and gave it no number. */
export function keysInConfiguration(configuration: string): RepositoryKeys {
  const lines = configuration.matchAll(
    /^(?:# repo\d+ has key (\d+)\n)?repo\d+-cipher-pass=(\S+)$/gm,
  );
  return Object.fromEntries(
    Array.from(lines, ([, number = "1", key = ""]) => [Number(number), key]),
  );
}
