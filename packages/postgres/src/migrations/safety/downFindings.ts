import type { Node } from "libpg-query";

import { splitStatements } from "../../sql/statements";
import type { MigrationFile } from "../migration";
import { madeAndDropped } from "./madeAndDropped";
import type { PlacedFinding } from "./safetyFinding";

/**
 * What an up file creates and its down file does not drop, as far as their texts say.
 *
 * Whether the schema is the same after up, down and up is what a rehearsal shows.
 */
export async function downFindings(
  up: MigrationFile,
  down: MigrationFile,
): Promise<PlacedFinding[]> {
  const downs = await splitStatements(down.sql).catch(() => undefined);
  // What a DO block drops is not in the parse tree.
  if (downs === undefined || downs.some(({ node }) => "DoStmt" in node)) return [];
  const dropped = new Set(downs.flatMap(({ node }) => madeAndDropped(node).dropped));
  const ups = (await splitStatements(up.sql).catch(() => [])).map((statement) => ({
    ...statement,
    ...madeAndDropped(statement.node),
  }));
  for (const { node, made } of ups) {
    if (isIndexOfDropped(node, dropped)) made.forEach((index) => dropped.add(index));
  }
  const droppedByUp = new Set(ups.flatMap((statement) => statement.dropped));
  return ups.flatMap(({ made, offset }) =>
    made
      .filter((object) => !droppedByUp.has(object) && !isDropped(object, dropped))
      .map((object) => ({
        rule: "incomplete-down" as const,
        fault: `it creates ${object}, which ${down.path} does not drop`,
        remedy: `Add to the down file: drop ${object.replace(/^column .*/, "column …")}`,
        offset,
      })),
  );
}

/** Whether a statement creates an index of a dropped table, which goes with the table. */
function isIndexOfDropped(node: Node, dropped: ReadonlySet<string>): boolean {
  if (!("IndexStmt" in node)) return false;
  const { schemaname = "public", relname = "" } = node.IndexStmt.relation ?? {};
  return dropped.has(`table ${schemaname}.${relname}`);
}

/** Whether an object, its schema, or the table that it belongs to is dropped. */
function isDropped(object: string, dropped: ReadonlySet<string>): boolean {
  if (dropped.has(object)) return true;
  const [kind = "", name = ""] = object.split(" ");
  const schema = `schema ${name.split(".")[0] ?? ""}`;
  if (kind !== "schema" && dropped.has(schema)) return true;
  if (kind !== "column" && kind !== "trigger") return false;
  return dropped.has(`table ${name.split(".").slice(0, 2).join(".")}`);
}
