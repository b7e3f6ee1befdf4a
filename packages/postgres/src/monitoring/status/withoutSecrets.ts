/** Quoted in one of PostgreSQL's ways: E'text' with \' or '', 'text' with '' for a quote in it, or $tag$text$tag$. */
const literal = /e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(\$(?:[A-Za-z_]\w*)?\$).*?\1/gis;

/**
 * A statement's text that may be shown.
 *
 * PostgreSQL 15 keeps utility statements with their values, passwords too. Where one may be among them, all are left out:
 * role, user mapping, subscription, or a block of code that has such a statement in it.
 */
export function withoutSecrets(query: string): string {
  return /passw(?:or)?d|secret/i.test(query) ? query.replace(literal, "'…'") : query;
}
