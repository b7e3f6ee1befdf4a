import { countUpTo, locator } from "../../sql/locate";
import type { Migration } from "../migration";
import { type Statement, splitStatements } from "../../sql/splitStatements";
import { accessFindings } from "./accessFindings";
import { downFindings } from "./downFindings";
import { lockFindings, type RowEstimates } from "./lockFindings";
import { madeAndDropped } from "./madeAndDropped";
import { ruleNames, type SafetyFinding, type StatementFinding } from "./safetyFinding";
import { squawkFindings, squawkRules } from "./squawk";
import { readWaivers, type Waiver } from "./waivers";

type Placed = StatementFinding & { offset: number };

/**
 * What a migration's up file would do to a database in use, and what its down file leaves.
 *
 * A file that is not SQL to the parser has no findings here: the server is the judge of that.
 *
 * @param rows How large the tables are. Default: as large as can be.
 * @param squawk Its program. Default: it isn't asked, and what is waived for it passes.
 * @returns findings in the order of the file; those that a comment waives say why.
 */
export async function judgeMigration(
  { up, down }: Migration,
  rows?: RowEstimates,
  squawk?: string,
): Promise<SafetyFinding[]> {
  const statements = await splitStatements(up.sql).catch(() => []);
  const newborn = new Set(
    statements
      .flatMap(({ node }) => madeAndDropped(node).made)
      .filter((object) => object.startsWith("table "))
      .map((object) => object.slice("table ".length)),
  );
  const downs = await downFindings(up, down);
  const foreign = squawk === undefined ? [] : await squawkFindings(squawk, up);
  const findings = (sizes?: RowEstimates): Placed[] => [
    ...statements.flatMap(({ node, offset }) =>
      [...lockFindings(node, newborn, sizes), ...accessFindings(node)].map((one) => ({
        ...one,
        offset,
      })),
    ),
    ...downs,
    ...foreign,
  ];

  const lineOf = lazyLines(up.sql);
  const statementAt = statementFinder(statements);
  const waivers = await readWaivers(up.sql);
  // By what is found and in which statement; of two that say the same, the first.
  const waived = new Map(
    waivers
      .filter(({ reason }) => reason !== "")
      .map((waiver) => [`${waiver.rule} ${statementAt(waiver.offset)}`, waiver] as const)
      .reverse(),
  );
  const waiverOf = ({ rule, offset }: Placed) => waived.get(`${rule} ${statementAt(offset)}`);
  const judged = findings(rows).map((found): SafetyFinding => {
    const { offset, ...finding } = found;
    const place = { file: up.path, line: lineOf(offset) };
    const reason = waiverOf(found)?.reason;
    return { ...place, ...finding, ...(reason === undefined ? {} : { waived: reason }) };
  });
  // One that a large table needs is right where the table is small, too.
  const used = new Set(findings().map(waiverOf));
  const bad = waivers
    .filter((waiver) => !used.has(waiver))
    .filter(({ rule, reason }) => squawk !== undefined || !(rule in squawkRules) || reason === "")
    .map((waiver) => badWaiver(waiver, up.path, lineOf(waiver.offset)));
  return [...judged, ...bad].sort((one, two) => one.line - two.line);
}

/** Line numbers of a text that is read for lines only once something is found in it. */
function lazyLines(sql: string): (offset: number) => number {
  let find: ReturnType<typeof locator> | undefined;
  return (offset) => {
    find ??= locator(sql);
    return find(offset).line;
  };
}

/** Finds the number of the statement that a place is in or before. */
function statementFinder(statements: readonly Statement[]): (offset: number) => number {
  const ends = statements.map(({ offset, text }) => offset + text.length);
  return (offset) => countUpTo(ends, offset);
}

function badWaiver({ rule, reason }: Waiver, file: string, line: number): SafetyFinding {
  const known = ruleNames.join(", ");
  const [fault, remedy] = !ruleNames.includes(rule)
    ? [`there is no rule ${rule}`, `Name one of ${known}`]
    : reason === ""
      ? [`the waiver of ${rule} has no reason`, `Write: -- safety: ${rule} because …`]
      : [`the waiver of ${rule} waives nothing`, "Take it out, or put it before its statement"];
  return { file, line, rule: "bad-waiver", fault, remedy };
}
