import type { Node } from "libpg-query";

import type { MigrationFile } from "../migration";
import { splitStatements } from "../../sql/splitStatements";
import { madeAndDropped } from "./madeAndDropped";
import type { StatementFinding } from "./safetyFinding";

/**
 * What an up file makes and its down file does not take back, as far as their texts say.
 *
 * Whether the schema is the same after up, down and up is what a rehearsal shows.
 */
export async function downFindings(
  up: MigrationFile,
  down: MigrationFile,
): Promise<(StatementFinding & { offset: number })[]> {
  const downs = await splitStatements(down.sql).catch(() => undefined);
  // What cannot be read cannot be judged.
  if (downs === undefined || downs.some(({ node }) => "DoStmt" in node)) return [];
  const dropped = new Set(downs.flatMap(({ node }) => madeAndDropped(node).dropped));
  const ups = (await splitStatements(up.sql).catch(() => [])).map((statement) => ({
    ...statement,
    ...madeAndDropped(statement.node),
  }));
  for (const { node, made } of ups) {
    if (goesWithTable(node, dropped)) made.forEach((index) => dropped.add(index));
  }
  const own = new Set(ups.flatMap((statement) => statement.dropped));
  return ups.flatMap(({ made, offset }) =>
    made
      .filter((object) => !own.has(object) && !goesWith(object, dropped))
      .map((object) => ({
        rule: "incomplete-down" as const,
        fault: `it makes ${object}, which ${down.path} does not drop`,
        remedy: `Write into the down file what takes it back: drop ${object.replace(/^column .*/, "column …")}`,
        offset,
      })),
  );
}

/** Whether a statement makes an index, which is dropped with its table. */
function goesWithTable(node: Node, dropped: ReadonlySet<string>): boolean {
  if (!("IndexStmt" in node)) return false;
  const { schemaname = "public", relname = "" } = node.IndexStmt.relation ?? {};
  return dropped.has(`table ${schemaname}.${relname}`);
}

/** Whether it is dropped itself, or with what it belongs to. */
function goesWith(object: string, dropped: ReadonlySet<string>): boolean {
  if (dropped.has(object)) return true;
  const [kind = "", name = ""] = object.split(" ");
  const schema = `schema ${name.split(".")[0] ?? ""}`;
  if (kind !== "schema" && dropped.has(schema)) return true;
  if (kind !== "column" && kind !== "trigger") return false;
  return dropped.has(`table ${name.split(".").slice(0, 2).join(".")}`);
}
