import type { Migration } from "./migration";

const mark = /^--\s*resolves\s+drift:\s*(?<object>.*\S)\s*$/gim;

/**
 * The objects that migrations take over as somebody has left them by hand, as `-- resolves drift: column public.sites.note`
 * says in their up files, one a line: such a difference needn't stop the update in which they run.
 *
 * They find what they want there already, so they say `add column if not exists` and the like. Once applied, they make
 * the same schema from nothing.
 */
export function resolvedByPending(pending: readonly Migration[]): Set<string> {
  return new Set(
    pending.flatMap(({ up }) =>
      [...up.sql.matchAll(mark)].map(({ groups }) => groups?.["object"] ?? ""),
    ),
  );
}
