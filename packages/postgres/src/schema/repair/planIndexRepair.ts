import { firstComment } from "./commentStatement";
import type { SchemaChange } from "../catalog/compareSchema";
import type { SchemaObject } from "../schemaObject";
import type { RepairAction, SchemaRepair } from "./schemaRepair";

/**
 * Builds and drops indexes while their tables are written.
 *
 * A build that was interrupted leaves an index that queries can't use and writes keep up; it goes first, like one of
 * another definition. On a partitioned table PostgreSQL can do neither concurrently.
 */
export function planIndexRepair(
  { expected, actual, identity }: SchemaChange,
  isPartitioned: (table: string) => boolean,
): SchemaRepair {
  const object = `index ${identity}`;
  const atOnce = (index: SchemaObject) => isPartitioned(index.facts["table"] ?? "");
  const drop = actual === undefined ? [] : [dropIndex(actual, atOnce(actual))];
  if (expected === undefined) return { phase: "drop", object, actions: drop };

  // The index of a partitioned table takes those of its partitions that are there by then.
  const phase = atOnce(expected) ? "indexes of partitioned tables" : "indexes";
  return { phase, object, actions: [...drop, ...createIndex(expected, atOnce(expected))] };
}

function createIndex(index: SchemaObject, atOnce: boolean): RepairAction[] {
  const definition = index.facts["definition"] ?? "";
  const comment = firstComment(index);
  if (atOnce) return [{ transaction: [definition.replace(" ON ONLY ", " ON "), ...comment] }];
  const concurrently = definition.replace(
    /^CREATE (UNIQUE )?INDEX /,
    "CREATE $1INDEX CONCURRENTLY ",
  );
  return [
    { concurrently, cleanUp: dropConcurrently(index.identity) },
    ...(comment.length === 0 ? [] : [{ transaction: comment }]),
  ];
}

function dropIndex({ identity }: SchemaObject, atOnce: boolean): RepairAction {
  return atOnce
    ? { transaction: [`drop index if exists ${identity}`] }
    : { concurrently: dropConcurrently(identity) };
}

/** Also of an index that isn't there any more. */
export function dropConcurrently(identity: string): string {
  return `drop index concurrently if exists ${identity}`;
}
