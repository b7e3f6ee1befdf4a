/**
 * Kinds of objects that the recorded schema covers. Owners, privileges and row-level security converge elsewhere.
 *
 * Reports list them in this order: containers before what they contain.
 */
export const schemaObjectKinds = [
  "schema",
  "enum",
  "domain",
  "type",
  "range type",
  "sequence",
  "function",
  "procedure",
  "aggregate",
  "operator",
  "cast",
  "table",
  "foreign table",
  "column",
  "constraint",
  "index",
  "statistics",
  "view",
  "materialized view",
  "trigger",
  "rule",
  "event trigger",
] as const;

export type SchemaObjectKind = (typeof schemaObjectKinds)[number];

/**
 * One object of the schema, as text that is the same after a dump and a restore: no OIDs, no attribute numbers, every
 * name qualified and quoted as PostgreSQL would in a statement.
 *
 * Facts are compared by name; an absent fact equals null. Every kind has `comment`. The other facts of each kind:
 *
 * - everything that belongs to a table: `table` (`public.sites`, null for an event trigger). Objects without a schema
 *   (column, constraint, trigger, rule) also have `name` (`region`). Both are quoted, ready for a statement, and repeat what
 *   the identity says.
 * - schema `billing`: only schemas that the stack doesn't declare.
 * - table `public.sites`: `persistence` (`LOGGED` | `UNLOGGED`), `options` (`fillfactor=70, …`), `of type`,
 *   `partition key` (`RANGE (created_at)`), `partition of` (`public.events FOR VALUES FROM … TO …`), `inherits`
 *   (`public.a, public.b`), `replica identity` (`DEFAULT` | `NOTHING` | `FULL` | `USING INDEX name`), `access method`.
 * - foreign table: `server` and `options`.
 * - column `public.sites.region`, of tables and foreign tables: `type` (with modifiers and array), `default`
 *   (an expression), `not null` (`NOT NULL`), `identity` (`ALWAYS` | `BY DEFAULT`, then options that differ from the default,
 *   in parentheses: `BY DEFAULT (START WITH 10)`), `generated` (the stored expression), `collation` (if not the
 *   type's), `storage` (`EXTERNAL`, if not the type's), `compression` (`lz4`, if set).
 * - constraint `sites_pkey on public.sites` (check, foreign key, primary key, unique, exclusion; without those that
 *   partitions inherit): `type` (`CHECK` | `FOREIGN KEY` | `PRIMARY KEY` | `UNIQUE` | `EXCLUDE`), `definition` (what follows
 *   `add constraint name`, without NOT VALID), `valid` (`VALID` | `NOT VALID`; `INVALID`: its index is).
 * - index `public.sites_region_idx` (of tables and materialized views; without those of constraints and those attached to a
 *   partitioned index): `definition` (the whole CREATE INDEX), `valid` (`VALID` | `INVALID`).
 * - statistics `public.sites_stats`: `definition` (the whole CREATE STATISTICS).
 * - trigger `sites_keep_updated_at on public.sites`: `definition` (the whole CREATE TRIGGER), `enabled` (`ENABLED` | `DISABLED` |
 *   `ENABLED REPLICA` | `ENABLED ALWAYS`), `parent` (the partitioned table's trigger that a partition's was cloned from).
 * - rule `no_delete on public.sites`: `definition` (the whole CREATE RULE), `enabled`.
 * - view, materialized view: `definition` (the query, with its semicolon), `options` (`security_invoker=true, …`), `columns`
 *   (names, quoted, in order), `column comments` (one per line).
 * - function, procedure `public.f(integer)`: `definition` (the whole CREATE OR REPLACE).
 * - aggregate `public.f(integer)`: `definition` (what follows the name in CREATE AGGREGATE).
 * - operator `public.=(text,text)` and cast `(public.color AS text)`: `definition` (what follows the name or the types).
 * - sequence, without those of identity columns: `type`, `start`, `increment`, `minimum`, `maximum`, `cache`, `cycle`
 *   (`CYCLE`), `persistence`, `owned by` (`public.sites.number`).
 * - enum: `labels` (`'a', 'b'`, in order). domain: `type`, `collation`, `default`, `not null`, `checks` (`CONSTRAINT name CHECK (…)`,
 *   one per line). type (composite): `attributes` (`a integer, b text`). range type: `subtype`, `collation`, `difference`,
 *   `canonical`, `multirange`.
 * - event trigger (if its function is in scope): `event`, `tags`, `function`, `enabled`.
 */
export interface SchemaObject {
  kind: SchemaObjectKind;
  /** As PostgreSQL names it. Kind and identity together are unique. */
  identity: string;
  facts: Readonly<Record<string, string | null>>;
}

/** Which objects belong to the recorded schema. */
export interface SchemaScope {
  /** Schemas whose objects all count, regardless of their owner. Schemas whose contents converge elsewhere are left out. */
  schemas: readonly string[];
  /** Role whose objects count in every other schema. */
  owner: string;
}

/** What identifies an object, in the record and in the catalog. */
export type ObjectKey = Pick<SchemaObject, "kind" | "identity">;

/** As findings name it: `column public.sites.region`. */
export function objectName({ kind, identity }: ObjectKey): string {
  return `${kind} ${identity}`;
}

/** The columns of a table, in the order of `objects`. */
export function columnsOf(table: string, objects: readonly SchemaObject[]): SchemaObject[] {
  return objects.filter(({ kind, facts }) => kind === "column" && facts["table"] === table);
}

/** The schema in a qualified name, quoted as it is there; empty for a name without one, such as a constraint's. */
export function schemaOf(identity: string): string {
  return /^(?<schema>"(?:[^"]|"")*"|[^".\s(]+)\./.exec(identity)?.groups?.["schema"] ?? "";
}
