import { createRequire } from "node:module";

import type { Builder, TestSuite } from "junit-report-builder";
import { signer } from "hosterizer-database-client/signContext";

import {
  describeCell,
  type IsolationProof,
  type NotProven,
  type ProofCell,
  proofContexts,
} from "@hosterizer/postgres/isolation/isolationProof";
import { proveIsolation, rolesToProve } from "@hosterizer/postgres/isolation/proveIsolation";
import { printableLine } from "@hosterizer/postgres/printable";
import type { Program } from "../../program";
import { counted } from "../screen/numbers";
import { renderColumns } from "../screen/renderColumns";
import type { Paint } from "../screen/terminal";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget } from "../stack/schemaVersion";
import type { StackAccess } from "../stack/stackAccess";

const load = createRequire(__filename);

/**
 * Proves of a stack's database, with sessions of its login roles, that no tenant sees another's rows.
 *
 * @throws UserError if the server cannot be reached
 */
export async function proveStack(
  access: StackAccess,
  { migrator, roles, tenancyUpTo }: Program,
): Promise<IsolationProof> {
  const tenancy = await tenancyUpTo(migrationTarget(access.stack) ?? undefined);
  const [first = ""] = tenancy.tenantRoles;
  return explainRefusal(access, connectionAs(first, access), () =>
    proveIsolation({
      tenancy,
      strangers: rolesToProve(roles, migrator),
      connect: (role) => connectionAs(role, access),
      sign: tenancy.context === "signed" ? signer(access.contextKey) : undefined,
    }),
  );
}

/** Wide enough for every column: a matrix that is cut off would hide part of the proof. */
const width = 140;

/** The proof as text: a matrix of tables and contexts for each role, then every failed attempt in full. */
export function renderProof(proof: IsolationProof, style: Paint): string {
  const parts = proof.roles.map((role) => matrixOf(proof, role, style));
  const failed = proof.cells.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    parts.push([style.title("Failed"), ...failed.map(failure)].join("\n"));
  }
  if (proof.notProven.length > 0) {
    const lines = notProvenLines(proof.notProven);
    parts.push([style.title("Not proven"), ...lines].join("\n"));
  }
  return `${[...parts, summary(proof, style)].join("\n\n")}\n`;
}

function matrixOf({ tables, cells }: IsolationProof, role: string, style: Paint): string {
  const own = cells.filter((cell) => cell.role === role);
  const columns = [
    { title: "Table" },
    ...proofContexts.map((title) => ({ title, align: "right" as const })),
  ];
  const rows = tables.map((name) => [
    printableLine(name),
    ...proofContexts.map((context) =>
      tally(
        own.filter((cell) => `${cell.schema}.${cell.table}` === name && cell.context === context),
        style,
      ),
    ),
  ]);
  const matrix = renderColumns(columns, rows, width, (text) => style.label(text));
  return `${style.title(role)}\n${matrix.trimEnd()}`;
}

/** How many attempts there were, and how many of them failed. */
function tally(cells: readonly ProofCell[], style: Paint): string {
  const failed = cells.filter(({ ok }) => !ok).length;
  if (cells.length === 0) return style.label("-");
  if (failed > 0) return style.failure(`${failed} of ${cells.length} FAIL`);
  return style.success(`${cells.length} ok`);
}

function failure(cell: ProofCell): string {
  return `  ${describeCell(cell)}${cell.detail === "" ? "" : ` (${cell.detail})`}`;
}

/** One line for all tables with the same reason. */
function notProvenLines(notProven: readonly NotProven[]): string[] {
  const tables = new Map<string, string[]>();
  for (const { role, schema, table, commands, reason } of notProven) {
    const what = `${role}${commands.length > 0 ? `, ${commands.join(", ")}` : ""}: ${reason}`;
    tables.set(what, [...(tables.get(what) ?? []), `${schema}.${table}`]);
  }
  return [...tables].map(([what, names]) => `  ${what} (${names.join(", ")})`);
}

function summary({ summary: result, tables, roles }: IsolationProof, style: Paint): string {
  const { ok, tried, failed, milliseconds } = result;
  const attempts = `${counted(tried, "attempt")} as ${counted(roles.length, "role")} on ${counted(tables.length, "table")}`;
  const what = `${attempts} in ${(milliseconds / 1000).toFixed(1)} s`;
  return ok
    ? style.success(`${what}: nothing leaks.`)
    : style.failure(`${what}: ${failed} failed.`);
}

/** The proof as a JUnit report for CI: a suite for each role and table, a case for each attempt. */
export function renderJunit({ cells, notProven }: IsolationProof, stack: string): string {
  // Its types describe an ES module, but CommonJS gets the builder itself.
  const builder = (load("junit-report-builder") as Builder).newBuilder();
  const suites = new Map<string, TestSuite>();
  const suiteOf = (role: string, schema: string, table: string) => {
    const name = `${stack}: ${role} on ${schema}.${table}`;
    const suite = suites.get(name) ?? builder.testSuite().name(name);
    suites.set(name, suite);
    return suite;
  };
  for (const { role, schema, table, command, context, expected, found, ok, detail } of cells) {
    const tried = suiteOf(role, schema, table).testCase();
    tried.className(`${schema}.${table}`).name(`${command} in context ${context}`);
    if (!ok)
      tried.failure([`found ${found}, expected ${expected}`, detail].filter(Boolean).join("; "));
  }
  for (const { role, schema, table, commands, reason } of notProven) {
    const skipped = suiteOf(role, schema, table).testCase();
    skipped
      .className(`${schema}.${table}`)
      .name(commands.join(", ") || "all")
      .skipped();
    skipped.standardOutput(reason);
  }
  return builder.build();
}
