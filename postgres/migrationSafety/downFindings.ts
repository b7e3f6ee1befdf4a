import type { MigrationFile } from "../migrations/migration";
import { splitStatements } from "../migrations/splitStatements";
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
  const dropped = downs.flatMap(({ node }) => madeAndDropped(node).dropped);
  const ups = await splitStatements(up.sql).catch(() => []);
  const own = ups.flatMap(({ node }) => madeAndDropped(node).dropped);
  return ups.flatMap(({ node, offset }) =>
    madeAndDropped(node)
      .made.filter((object) => !own.includes(object) && !goesWith(object, ups, dropped))
      .map((object) => ({
        rule: "incomplete-down" as const,
        fault: `it makes ${object}, which ${down.path} does not drop`,
        remedy: `Write into the down file what takes it back: drop ${object.replace(/^column .*/, "column …")}`,
        offset,
      })),
  );
}

/** Whether it is dropped itself, or with the table that it belongs to. */
function goesWith(
  object: string,
  ups: Awaited<ReturnType<typeof splitStatements>>,
  dropped: readonly string[],
): boolean {
  if (dropped.includes(object)) return true;
  const [kind = "", name = ""] = object.split(" ");
  const schema = `schema ${name.split(".")[0] ?? ""}`;
  if (kind !== "schema" && dropped.includes(schema)) return true;
  if (kind === "column" || kind === "trigger")
    return dropped.includes(`table ${name.split(".").slice(0, 2).join(".")}`);
  if (kind !== "index") return false;
  return ups.some(({ node }) => {
    if (!("IndexStmt" in node) || !madeAndDropped(node).made.includes(object)) return false;
    const { schemaname = "public", relname = "" } = node.IndexStmt.relation ?? {};
    return dropped.includes(`table ${schemaname}.${relname}`);
  });
}
