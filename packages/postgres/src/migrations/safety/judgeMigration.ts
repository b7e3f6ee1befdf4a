import type { Node } from "libpg-query";

import { DeclarationError } from "../../userError";
import { countUpTo, locator } from "../../sql/locate";
import { readLineComments, type Statement, splitStatements } from "../../sql/statements";
import type { Migration } from "../migration";
import { downFindings, madeAndDropped } from "./madeAndDropped";
import {
  type PlacedFinding,
  ruleNames,
  type SafetyFinding,
  type StatementFinding,
} from "./safetyFinding";
import { squawkFindings, squawkIn, squawkRules } from "./squawk";
import { lockFindings, type RowEstimates } from "./statementLocks";

/**
 * What is unsafe in migrations that are about to be applied, without what is waived.
 *
 * `components/dynamic/migrationsProvider.ts` refuses to run them on an existing server and only prints the findings elsewhere.
 *
 * @param project The folder in which squawk may be installed. Default: the working folder.
 */
export async function judgePending(
  pending: readonly Migration[],
  rows?: RowEstimates,
  project: string = process.cwd(),
): Promise<SafetyFinding[]> {
  const squawk = squawkIn(project);
  const findings: SafetyFinding[] = [];
  for (const migration of pending)
    findings.push(...(await judgeMigration(migration, rows, squawk)));
  return findings.filter(({ waived }) => waived === undefined);
}

/** A finding as a fault: where, what, and what to do or how to waive it. */
export function safetyFault({ file, line, rule, fault, remedy }: SafetyFinding): DeclarationError {
  const waiver =
    rule === "bad-waiver" ? "" : `, or accept it with a reason: -- safety: ${rule} because …`;
  return new DeclarationError(`${file}:${line}`, `${fault} (${rule})`, `${remedy}${waiver}`);
}

/**
 * What a migration's up file would do to a database in use, and what its down file leaves behind.
 *
 * A file that the parser rejects has no findings: the server reports its errors.
 *
 * @param rows How large the tables are. Default: as large as can be.
 * @param squawk Its program. Default: squawk is not run, and waivers of its rules are accepted.
 * @returns findings in the order of the file; waived ones have the reason.
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
  const findings = (sizes?: RowEstimates): PlacedFinding[] => [
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
  // By rule and statement. Of two waivers with the same key the first counts.
  const waiverByKey = new Map(
    waivers
      .filter(({ reason }) => reason !== "")
      .map((waiver) => [`${waiver.rule} ${statementAt(waiver.offset)}`, waiver] as const)
      .reverse(),
  );
  const waiverOf = ({ rule, offset }: PlacedFinding) =>
    waiverByKey.get(`${rule} ${statementAt(offset)}`);
  const judged = findings(rows).map((found): SafetyFinding => {
    const { offset, ...finding } = found;
    const place = { file: up.path, line: lineOf(offset) };
    const reason = waiverOf(found)?.reason;
    return { ...place, ...finding, ...(reason === undefined ? {} : { waived: reason }) };
  });
  // A waiver that a large table needs is valid where the table is small, too.
  const used = new Set(findings().map(waiverOf));
  const bad = waivers
    .filter((waiver) => !used.has(waiver))
    .filter(({ rule, reason }) => squawk !== undefined || !(rule in squawkRules) || reason === "")
    .map((waiver) => badWaiver(waiver, up.path, lineOf(waiver.offset)));
  return [...judged, ...bad].sort((one, two) => one.line - two.line);
}

/** Line numbers of a text, which is split into lines only if one is asked for. */
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

/** A comment that accepts a finding: `-- safety: scans-table because the table has ten rows`. */
interface Waiver {
  rule: string;
  /** Empty if none is given. */
  reason: string;
  /** Where the comment begins in the file. */
  offset: number;
}

const waiverForm = /^--\s*safety:\s*(?<rule>\S+)(?:\s+because(?:\s+(?<reason>.*\S))?)?\s*$/i;

/** All waivers of a file, in order. */
async function readWaivers(sql: string): Promise<Waiver[]> {
  if (!/safety:/i.test(sql)) return [];
  const comments = await readLineComments(sql);
  return comments.flatMap(({ text, offset }) => {
    const { rule, reason = "" } = waiverForm.exec(text)?.groups ?? {};
    return rule === undefined ? [] : [{ rule, reason, offset }];
  });
}

function badWaiver({ rule, reason }: Waiver, file: string, line: number): SafetyFinding {
  const known = ruleNames.join(", ");
  const [fault, remedy] = !ruleNames.includes(rule)
    ? [`there is no rule ${rule}`, `Name one of ${known}`]
    : reason === ""
      ? [`the waiver of ${rule} has no reason`, `Write: -- safety: ${rule} because …`]
      : [`the waiver of ${rule} matches no finding`, "Remove it, or put it before its statement"];
  return { file, line, rule: "bad-waiver", fault, remedy };
}

const accessStatements: readonly [key: string, what: string, home: string][] = [
  ["GrantStmt", "grants or revokes a privilege", "database/grants.ts"],
  ["GrantRoleStmt", "grants or revokes a membership", "database/roles.ts"],
  ["AlterDefaultPrivilegesStmt", "changes default privileges", "database/grants.ts"],
  ["CreateRoleStmt", "creates a role", "database/roles.ts"],
  ["AlterRoleStmt", "alters a role", "database/roles.ts"],
  ["AlterRoleSetStmt", "changes a role's settings", "database/settings.ts"],
  ["DropRoleStmt", "drops a role", "database/roles.ts"],
  ["CreatePolicyStmt", "creates a policy", "database/tenancy.ts"],
  ["AlterPolicyStmt", "alters a policy", "database/tenancy.ts"],
  ["AlterOwnerStmt", "gives an object to another owner", "database/roles.ts"],
];

const rowSecurity = new Set([
  "AT_EnableRowSecurity",
  "AT_DisableRowSecurity",
  "AT_ForceRowSecurity",
  "AT_NoForceRowSecurity",
]);

/** Changes of what converges from database/: the same update would undo them. */
function accessFindings(node: Node): StatementFinding[] {
  const found = accessStatements.find(([key]) => key in node);
  if (found !== undefined) return [accessFinding(found[1], found[2])];
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_POLICY")
    return [accessFinding("drops a policy", "database/tenancy.ts")];
  if (!("AlterTableStmt" in node)) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((command) => {
    const { subtype = "" } = "AlterTableCmd" in command ? command.AlterTableCmd : {};
    if (rowSecurity.has(subtype))
      return [accessFinding("changes row-level security", "database/tenancy.ts")];
    return subtype === "AT_ChangeOwner"
      ? [accessFinding("gives a table to another owner", "database/roles.ts")]
      : [];
  });
}

function accessFinding(what: string, home: string): StatementFinding {
  const remedy = `Remove it, and declare it in ${home}: it converges from there`;
  return { rule: "access-in-migration", fault: `it ${what}`, remedy };
}
