import { join } from "node:path";

import type { Finding } from "../../convergence/difference";
import { renderDifference } from "../../convergence/renderDifference";
import { npmCommand, shellWord } from "../../npmCommand";
import { adoptionFiles } from "./adoptionFiles";
import type { SchemaInspection } from "../inspectSchema";
import { renameStatement } from "../renamedFrom";

/**
 * Why `up` stops before it changes the schema, and what one can do about it.
 *
 * @param closed What was closed all the same, because it was open.
 */
export function refusalMessage(
  inspection: SchemaInspection,
  directory: string,
  closed: readonly Finding[] = [],
): string {
  const { findings, faults } = inspection;
  const refused = findings.filter(({ repair }) => repair === "refused");
  const schema = inspection.schema.filter(({ repair }) => repair === "refused");
  return [
    `the database and the migrations differ in what up doesn't decide. ${outcome(closed)}`,
    ...listOf(refused),
    ...(closed.length === 0 ? [] : ["", "Closed, because it was open:", ...listOf(closed)]),
    ...(faults.length === 0
      ? []
      : ["", "About the migrations:", ...faults.map(({ error }) => indent(error.message))]),
    ...(schema.length === 0 ? [] : choicesOf(inspection, directory)),
  ].join("\n");
}

function outcome(closed: readonly Finding[]): string {
  return closed.length === 0 ? "Nothing of the schema was changed." : "Nothing else was changed.";
}

function listOf(refused: readonly Finding[]): string[] {
  return refused.map((finding) => `  ${renderDifference(finding).replace(/ \(up refuses\)$/, "")}`);
}

function choicesOf(inspection: SchemaInspection, directory: string): string[] {
  const { name, up, down, unwritten } = adoptionFiles(inspection);
  const objects = inspection.schema.filter(({ repair }) => repair === "refused");
  const dropped = objects.filter(({ change }) => change.change === "missing");
  const renames = objects
    .map(({ change }) => renameStatement(change, inspection.states))
    .filter((statement) => statement !== undefined);
  // Without names it would accept what up repairs, too.
  const words = objects.map(({ object }) => shellWord(object));
  const path = (way: string) => join(directory, `${name}.${way}.sql`);
  const write =
    up === ""
      ? []
      : [
          "",
          "Make it official, by a migration that does nothing where it is so already:",
          `  ${path("up")}`,
          indent(up, 4),
          `  ${path("down")}`,
          indent(down, 4),
        ];
  return [
    ...write,
    ...(unwritten.length === 0
      ? []
      : ["", "For these somebody has to write it:", ...unwritten.map((object) => `  ${object}`)]),
    ...(renames.length === 0
      ? []
      : [
          "",
          "If it was renamed, then instead of the drop and the addition:",
          ...renames.map((statement) => indent(statement)),
        ]),
    ...(dropped.length === 0
      ? []
      : [
          "",
          "What was dropped took its data along. To have that back, restore it from a backup instead.",
        ]),
    "",
    "Or accept the database as it is, with a reason that is kept beside your name:",
    `  ${npmCommand("db -- accept-drift", ["--reason 'why'", ...words])}`,
    "Or undo by hand what was done by hand.",
  ];
}

function indent(text: string, width = 2): string {
  return text.replace(/^(?=.)/gm, " ".repeat(width));
}
