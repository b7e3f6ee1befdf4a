import { createRequire } from "node:module";

import type { Builder, TestSuite } from "junit-report-builder";

import type { IsolationProof } from "@hosterizer/postgres/isolation/isolationProof";

const load = createRequire(__filename);

/** A suite for each role and table, a case for each try: what test runners of CI systems read. */
export function renderJunit({ cells, notProven }: IsolationProof, stack: string): string {
  // Its types are those of an ES module, and CommonJS gets the builder itself.
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
