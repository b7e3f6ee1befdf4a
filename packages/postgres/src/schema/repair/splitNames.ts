/** A name as PostgreSQL writes it: bare, or in double quotes with those inside doubled. */
export const namePattern = String.raw`(?:"(?:[^"]|"")*"|[^\s".,()]+)`;

const qualified = new RegExp(`^(${namePattern})\\.(${namePattern})$`);
const names = new RegExp(namePattern, "g");

/** The schema of `public.sites`, as it is quoted there; undefined without one. */
export function schemaOf(identity: string): string | undefined {
  return qualified.exec(identity)?.[1];
}

/** The names in a list such as `id, "Group"`, as they are quoted there. */
export function splitNames(list: string): string[] {
  return list.match(names) ?? [];
}
