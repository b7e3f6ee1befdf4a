import type { AlterTableStmt, DropStmt } from "libpg-query";

import { DeclarationError } from "../userError";
import { readTokens, type Statement, splitStatements } from "../sql/statements";
import { keyOf, listedRelation, relationOf } from "../sql/tableName";
import { describeLoss, type Loss } from "./dataLoss";
import type { Migration } from "./migration";

/** What a statement says it does: a loss of data, or anything else in words. */
type Effect = { loss: Loss } | { words: string };

/**
 * What a down file does according to its text.
 *
 * `estimateDataLoss` finds what else it does, such as a drop by CASCADE or in a DO block, before anything changes.
 */
export async function readDownEffects(sql: string): Promise<Effect[]> {
  if ((await readTokens(sql))?.length === 0) return [];
  const statements = await splitStatements(sql).catch(() => undefined);
  if (statements === undefined) return [{ words: "runs SQL that cannot be read beforehand" }];
  return statements.flatMap(effectsOf);
}

/** An effect for people. */
export function describeEffect(effect: Effect, count?: number): string {
  return "words" in effect ? effect.words : describeLoss({ ...effect.loss, count });
}

/** Down files that remove data outside of a transaction, in which the rows could not be counted and locked. */
export async function nonTransactionalLossFaults(
  migrations: readonly Migration[],
): Promise<DeclarationError[]> {
  const faults: DeclarationError[] = [];
  for (const { down } of migrations) {
    if (down.noTransaction === undefined) continue;
    for (const effect of await readDownEffects(down.sql)) {
      if ("words" in effect) continue;
      const fault = `it ${describeEffect(effect)}, outside of a transaction that could lock them`;
      const remedy =
        'Remove the line "-- no transaction: …" from the file, or move the statement to another migration';
      faults.push(new DeclarationError(down.path, fault, remedy));
    }
  }
  return faults;
}

function effectsOf({ node, text }: Statement): Effect[] {
  if ("DropStmt" in node) return effectsOfDrop(node.DropStmt, text);
  if ("AlterTableStmt" in node) return effectsOfAlterTable(node.AlterTableStmt);
  if ("TruncateStmt" in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((relation): Effect[] =>
      "RangeVar" in relation
        ? [{ loss: { kind: "emptied", ...relationOf(relation.RangeVar) } }]
        : [],
    );
  }
  if ("DeleteStmt" in node) {
    const { relation } = node.DeleteStmt;
    if (relation === undefined) return [];
    return [{ loss: { kind: "deleted", ...relationOf(relation) } }];
  }
  return [{ words: `runs ${firstWords(text)}` }];
}

function effectsOfDrop({ removeType, objects = [] }: DropStmt, text: string): Effect[] {
  if (removeType !== "OBJECT_TABLE")
    return [{ words: firstWords(text).replace(/^drop/i, "drops") }];
  return objects.map((object) => ({ loss: { kind: "table", ...listedRelation(object) } }));
}

function effectsOfAlterTable({ relation, cmds = [], objtype }: AlterTableStmt): Effect[] {
  if (relation === undefined || objtype !== "OBJECT_TABLE") return [];
  const altered = relationOf(relation);
  return cmds.flatMap((command): Effect[] => {
    const { subtype, name } = "AlterTableCmd" in command ? command.AlterTableCmd : {};
    if (subtype === "AT_DropColumn")
      return [{ loss: { kind: "column", ...altered, column: name ?? "" } }];
    return [{ words: `alters table ${keyOf(altered)}` }];
  });
}

/** The statement on one line of limited length. */
function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
