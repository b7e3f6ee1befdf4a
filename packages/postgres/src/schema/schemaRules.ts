import { type SchemaObjectKind, schemaObjectKinds } from "./catalog/schemaObject";

/** What `up` does about one change. `refused`: it concerns data, so a person has to decide. */
export type SchemaRule = "automatic" | "refused";

interface FactRule<Kind extends string> {
  kind: Kind;
  rule: SchemaRule;
}
type Facts<Kind extends string = string> = Readonly<Record<string, FactRule<Kind>>>;

interface KindRules<Kind extends string = string> {
  added: SchemaRule;
  missing: SchemaRule;
  /** By fact. Other facts are refused, so that a new fact is never repaired by accident. */
  facts: Facts<Kind>;
}

const [automatic, refused] = ["automatic", "refused"] as const;

// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- no facts by default
const defined = <K extends string, const F extends Facts = Record<never, never>>(
  kind: K,
  facts?: F,
) => ({
  added: automatic,
  missing: automatic,
  facts: { definition: { kind: `${kind} altered` as const, rule: automatic }, ...(facts as F) },
});
const holding = <const F extends Facts>(facts: F) => ({
  added: refused,
  missing: refused,
  facts,
});
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- they keep the literals
const each = <K extends string, N extends string>(kind: K, rule: SchemaRule, names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, { kind: `${kind} ${name}`, rule }])) as {
    [Name in NoInfer<N>]: FactRule<`${NoInfer<K>} ${Name}`>;
  };
const enabled = <K extends string>(kind: K) => ({
  enabled: { kind: `${kind} disabled` as const, rule: automatic },
});

/** Objects and facts that hold no data are restored; those that hold data are refused. */
const rules = {
  schema: holding({}),
  enum: { added: automatic, missing: automatic, facts: each("enum", refused, ["labels"]) },
  domain: {
    added: automatic,
    missing: automatic,
    facts: {
      ...each("domain", refused, ["type", "collation"]),
      ...each("domain", automatic, ["default", "checks"]),
      "not null": { kind: "domain NOT NULL", rule: automatic },
    },
  },
  type: { added: automatic, missing: automatic, facts: each("type", refused, ["attributes"]) },
  "range type": {
    added: automatic,
    missing: automatic,
    facts: each("range type", refused, [
      "subtype",
      "collation",
      "difference",
      "canonical",
      "multirange",
    ]),
  },
  sequence: holding({
    ...each("sequence", refused, [
      "type",
      "increment",
      "minimum",
      "maximum",
      "cycle",
      "persistence",
    ]),
    ...each("sequence", automatic, ["start", "cache", "owned by"]),
  }),
  function: defined("function"),
  procedure: defined("procedure"),
  aggregate: defined("aggregate"),
  operator: defined("operator"),
  cast: defined("cast"),
  table: holding({
    ...each("table", refused, [
      "persistence",
      "of type",
      "partition key",
      "access method",
      "inherits",
    ]),
    "partition of": { kind: "partition bound", rule: refused },
    ...each("table", automatic, ["options", "replica identity"]),
  }),
  "foreign table": holding(each("foreign table", refused, ["server", "options"])),
  column: holding({
    ...each("column", refused, ["type", "collation", "identity", "generated", "storage"]),
    ...each("column", automatic, ["default", "compression"]),
    "not null": { kind: "column NOT NULL", rule: automatic },
  }),
  constraint: defined("constraint", {
    type: { kind: "constraint altered", rule: automatic },
    valid: { kind: "constraint not validated", rule: automatic },
  }),
  index: defined("index", { valid: { kind: "index invalid", rule: automatic } }),
  statistics: defined("statistics"),
  view: defined("view", {
    columns: { kind: "view altered", rule: automatic },
    ...each("view", automatic, ["options"]),
    "column comments": { kind: "view column comments", rule: automatic },
  }),
  "materialized view": holding({
    definition: { kind: "materialized view altered", rule: refused },
    columns: { kind: "materialized view altered", rule: refused },
    ...each("materialized view", automatic, ["options"]),
    "column comments": { kind: "materialized view column comments", rule: automatic },
  }),
  trigger: defined("trigger", {
    parent: { kind: "trigger altered", rule: automatic },
    ...enabled("trigger"),
  }),
  rule: defined("rule", enabled("rule")),
  // It runs the owner's function with the rights of a superuser, so only a superuser may create or enable one.
  "event trigger": {
    added: automatic,
    missing: refused,
    facts: {
      event: { kind: "event trigger altered", rule: refused },
      tags: { kind: "event trigger altered", rule: refused },
      function: { kind: "event trigger altered", rule: refused },
      enabled: { kind: "event trigger disabled", rule: refused },
    },
  },
} as const;

type FactsOf<Kind extends SchemaObjectKind> = (typeof rules)[Kind]["facts"];
type KindOf<F extends Facts> = F[keyof F]["kind"];

/** Every kind of difference between two schemas. */
export type SchemaChangeKind =
  | `${SchemaObjectKind | "partition"} ${"added" | "missing"}`
  | `${SchemaObjectKind} ${"altered" | "comment"}`
  | { [Kind in SchemaObjectKind]: KindOf<FactsOf<Kind>> }[SchemaObjectKind];

/** What holds no data is restored, what holds data is refused. */
export const schemaRules: Readonly<Record<SchemaObjectKind, KindRules<SchemaChangeKind>>> = rules;

/** The rule of one fact, and the kind of its difference. Comments hold no data. */
export function factRule(kind: SchemaObjectKind, fact: string): FactRule<SchemaChangeKind> {
  if (fact === "comment") return { kind: `${kind} comment`, rule: automatic };
  return schemaRules[kind].facts[fact] ?? { kind: `${kind} altered`, rule: refused };
}

/** The kind of difference where no record can be compared with the schema. */
export const recordKind = "schema record";

export type SchemaKind = SchemaChangeKind | typeof recordKind;

/** Every kind of difference that a comparison with the recorded schema can find. */
export const schemaKinds: readonly SchemaKind[] = [
  recordKind,
  "partition missing",
  "partition added",
  ...schemaObjectKinds.flatMap((kind): SchemaKind[] => [
    `${kind} missing`,
    `${kind} added`,
    ...new Set(
      [...Object.keys(schemaRules[kind].facts), "comment"].map((fact) => factRule(kind, fact).kind),
    ),
  ]),
];
