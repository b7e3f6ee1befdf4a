import type { Client } from "pg";

import { readSql } from "../../sql/readSql";
import type { Loss } from "./loss";

/** A table, as a transaction sees it. */
export interface Relation {
  oid: string;
  schema: string;
  table: string;
  /** Changes when it is emptied, or rewritten. */
  file: string;
  /** Whether it takes room on the disk. */
  filled: boolean;
  /** Rows that this transaction has deleted. */
  deleted: number;
  /** What it is a partition or another child of. */
  parents: string[];
  /** Those of its own, by number. */
  columns: Readonly<Record<string, string>>;
}

/** Every table that a migration may have to do with. */
export async function readRelations(client: Client): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(readSql(__dirname, "relations"));
  return rows;
}

/** A loss, with the number of its rows where the transaction has counted them. */
export type FoundLoss = Loss & { count?: number };

/** What has gone between two looks of one transaction. A table's partitions go with it, and are not named. */
export function lossesBetween(
  before: readonly Relation[],
  after: readonly Relation[],
): FoundLoss[] {
  const left = new Map(after.map((relation) => [relation.oid, relation]));
  const had = new Map(before.map((relation) => [relation.oid, relation]));
  return before.flatMap((relation): FoundLoss[] => {
    const { schema, table, filled, file, deleted, parents, columns } = relation;
    const now = left.get(relation.oid);
    if (now === undefined) {
      const goesWithParent = parents.some((parent) => had.has(parent) && !left.has(parent));
      return goesWithParent ? [] : [{ kind: "table", schema, table }];
    }
    const rows: FoundLoss[] =
      filled && !now.filled && now.file !== file
        ? [{ kind: "emptied", schema, table }]
        : now.deleted > deleted
          ? [{ kind: "deleted", schema, table, count: now.deleted - deleted }]
          : [];
    const gone = Object.entries(columns).filter(([number]) => !(number in now.columns));
    return [
      ...rows,
      ...gone.map(([, column]): FoundLoss => ({ kind: "column", schema, table, column })),
    ];
  });
}
