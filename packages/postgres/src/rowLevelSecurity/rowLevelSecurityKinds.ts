/** The kinds of drift of row-level security. */
export const rowLevelSecurityKinds = [
  "row-level security disabled",
  "row-level security not forced",
  "policy missing",
  "policy added",
  "policy permissive",
  "policy command",
  "policy roles",
  "policy expression",
  "context function missing",
  "context function result",
  "context function owner",
  "context function body",
  "context function attribute",
  "context function executor",
  "tenant table not declared",
  "tenant column without NOT NULL",
  "tenant column without index",
  "tenant column without foreign key",
] as const;

/** Ways in which the declaration names what migrations have not made: no change of the database alone brings them about. */
export const tenancyDeclarationKinds = [
  "tenant table missing",
  "tenant column missing",
  "tenant column type",
] as const;
