/**
 * What the catalog holds beside data, owners, privileges and row-level security, which converge elsewhere.
 *
 * The order is that of a report: what contains comes before what it contains.
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
 * Facts are compared by name; one that is absent is the same as null. Those of each kind (every kind but columns of views
 * has `comment`):
 *
 * - all that belong to a table: `table` (`public.sites`, null for an event trigger); those without a schema of their own
 *   (column, constraint, trigger, rule) also `name` (`region`). Both are quoted, ready for a statement, and say nothing
 *   that the identity doesn't.
 * - schema `billing`: only those that the stack doesn't declare.
 * - table `public.sites`: `persistence` (`LOGGED` | `UNLOGGED`), `options` (`fillfactor=70, …`), `of type`,
 *   `partition key` (`RANGE (created_at)`), `partition of` (`public.events FOR VALUES FROM … TO …`), `inherits`
 *   (`public.a, public.b`), `replica identity` (`DEFAULT` | `NOTHING` | `FULL` | `USING INDEX name`), `access method`.
 * - foreign table: `server` and `options`.
 * - column `public.sites.region`, of tables and foreign tables: `type` (with modifiers and array), `default`
 *   (an expression), `not null` (`NOT NULL`), `identity` (`ALWAYS` | `BY DEFAULT`, then options in parentheses
 *   that aren't the default: `BY DEFAULT (START WITH 10)`), `generated` (an expression, which is stored), `collation` (if not the
 *   type's), `storage` (`EXTERNAL`, if not the type's), `compression` (`lz4`, if set).
 * - constraint `sites_pkey on public.sites` (check, foreign key, primary key, unique, exclusion; not those that a
 *   partitioned table gives to its partitions): `type` (`CHECK` | `FOREIGN KEY` | `PRIMARY KEY` | `UNIQUE` | `EXCLUDE`),
 *   `definition` (what follows `add constraint name`, without NOT VALID), `valid` (`VALID` | `NOT VALID`; `INVALID`: its index).
 * - index `public.sites_region_idx` (of tables and materialized views; not those of constraints or of partitions of an
 *   index): `definition` (the whole CREATE INDEX), `valid` (`VALID` | `INVALID`).
 * - statistics `public.sites_stats`: `definition` (the whole CREATE STATISTICS).
 * - trigger `sites_keep_updated_at on public.sites`: `definition` (the whole CREATE TRIGGER), `enabled` (`ENABLED` | `DISABLED` |
 *   `ENABLED REPLICA` | `ENABLED ALWAYS`), `parent` (the trigger of the partitioned table that a partition has it from).
 * - rule `no_delete on public.sites`: `definition` (the whole CREATE RULE), `enabled`.
 * - view, materialized view: `definition` (the query, with its semicolon), `options` (`security_invoker=true, …`), `columns`
 *   (names, quoted, in order), `column comments` (one a line).
 * - function, procedure `public.f(integer)`: `definition` (the whole CREATE OR REPLACE).
 * - aggregate `public.f(integer)`: `definition` (what follows the name in CREATE AGGREGATE).
 * - operator `public.=(text,text)` and cast `(public.color AS text)`: `definition` (what follows the name or the types).
 * - sequence, not those of identity columns: `type`, `start`, `increment`, `minimum`, `maximum`, `cache`, `cycle`
 *   (`CYCLE`), `persistence`, `owned by` (`public.sites.number`).
 * - enum: `labels` (`'a', 'b'`, in order). domain: `type`, `collation`, `default`, `not null`, `checks` (`CONSTRAINT name CHECK (…)`, one
 *   a line). type (composite): `attributes` (`a integer, b text`). range type: `subtype`, `collation`, `difference`, `canonical`.
 * - event trigger (whose function is in scope): `event`, `tags`, `function`, `enabled`.
 */
export interface SchemaObject {
  kind: SchemaObjectKind;
  /** As PostgreSQL names it. Kind and identity together are unique. */
  identity: string;
  facts: Readonly<Record<string, string | null>>;
}

/** Which objects are looked at. */
export interface SchemaScope {
  /** Schemas of which everything counts, whoever owns it: the declared ones without those whose contents converge elsewhere. */
  schemas: readonly string[];
  /** Role whose objects count in any other schema. */
  owner: string;
}

/** What an object is recorded under. */
export type ObjectKey = Pick<SchemaObject, "kind" | "identity">;
