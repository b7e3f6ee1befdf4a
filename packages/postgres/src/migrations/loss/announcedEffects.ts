import type { AlterTableStmt, DropStmt } from "libpg-query";

import { readTokens, splitStatements, type Statement } from "../../sql/statements";
import { keyOf, listedRelation, relationOf } from "../../sql/tableName";
import { describeLoss, type Loss } from "./loss";

/** What a statement says it does: rows that go, or anything else in words. */
export type Effect = { loss: Loss } | { words: string };

/**
 * What a down file says that it does, read from its text alone.
 *
 * What it does besides, such as a drop by CASCADE or in a DO block, is found out by `foreseeLosses` before anything changes.
 */
export async function announcedEffects(sql: string): Promise<Effect[]> {
  if ((await readTokens(sql))?.length === 0) return [];
  const statements = await splitStatements(sql).catch(() => undefined);
  if (statements === undefined) return [{ words: "runs SQL that cannot be read beforehand" }];
  return statements.flatMap(effectsOf);
}

/** An effect for people. */
export function describeEffect(effect: Effect, count?: number): string {
  return "words" in effect ? effect.words : describeLoss({ ...effect.loss, count });
}

function effectsOf({ node, text }: Statement): Effect[] {
  if ("DropStmt" in node) return dropped(node.DropStmt, text);
  if ("AlterTableStmt" in node) return altered(node.AlterTableStmt);
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

function dropped({ removeType, objects = [] }: DropStmt, text: string): Effect[] {
  if (removeType !== "OBJECT_TABLE")
    return [{ words: firstWords(text).replace(/^drop/i, "drops") }];
  return objects.map((object) => ({ loss: { kind: "table", ...listedRelation(object) } }));
}

function altered({ relation, cmds = [], objtype }: AlterTableStmt): Effect[] {
  if (relation === undefined || objtype !== "OBJECT_TABLE") return [];
  const altered = relationOf(relation);
  return cmds.flatMap((command): Effect[] => {
    const { subtype, name } = "AlterTableCmd" in command ? command.AlterTableCmd : {};
    if (subtype === "AT_DropColumn")
      return [{ loss: { kind: "column", ...altered, column: name ?? "" } }];
    return [{ words: `alters table ${keyOf(altered)}` }];
  });
}

/** The statement on one line, and no longer than a line. */
function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
