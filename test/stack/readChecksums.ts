import { escapeIdentifier } from "pg";

import type { Project } from "./project";

/** For every table in schema public: its row count and a checksum of its rows. */
export async function readChecksums(project: Project): Promise<Record<string, string>> {
  const tables = await project.query<{ name: string }>(
    `select relname as name from pg_catalog.pg_class
      where relnamespace = 'public'::pg_catalog.regnamespace and relkind in ('r', 'p', 'm')
      order by relname`,
  );
  const sums = tables.map(
    ({ name }) =>
      `select '${name.replaceAll("'", "''")}' as name,
              pg_catalog.count(*) || ' rows: ' ||
              pg_catalog.md5(pg_catalog.string_agg(t::text, E'\\n' order by t::text)) as sum
         from public.${escapeIdentifier(name)} as t`,
  );
  const rows = await project.query<{ name: string; sum: string }>(sums.join(" union all "));
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]));
}
