/** The kinds of drift of what PgBouncer looks verifiers up with. */
export const poolerKinds = [
  "lookup function missing",
  "lookup function result",
  "lookup function body",
  "lookup function attribute",
  "lookup function owner",
  "lookup function executor",
  "lookup privilege",
] as const;

/** A kind of drift of the pooler's access. */
export type PoolerKind = (typeof poolerKinds)[number];
