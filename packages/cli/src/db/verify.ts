import { type Command, Option } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { renderJunit } from "./screen/renderJunit";
import { renderProof } from "./screen/renderProof";
import { paintOutput } from "./screen/terminal";
import { proveStack } from "./stack/proveStack";
import { readStackAccess } from "./stack/readStackAccess";

/** As of drift: what was looked for was found. */
const leakFound = 7;

interface Options {
  stack: string;
  json?: true;
  junit?: true;
}

/** `npm run db -- verify`: the guide's Testing RLS Policies, for every table, command and context. */
export function verify(program: Program): Command {
  return operatorCommand({
    name: "verify",
    summary: "Prove that no tenant sees another's rows",
    details:
      "Logs in as the application's own roles and tries on every tenant table what could show or change another tenant's rows, with two " +
      "tenants that it makes up in a transaction that is rolled back. Nothing is left, and nobody waits for it. Exit code 7: something " +
      "leaks, or a role cannot reach its own rows.",
    examples: [
      ["npm run db -- verify", "the local stack"],
      ["npm run db -- verify --stack prod", "a production database: safe while it is in use"],
      ["npm run -s db -- verify --json", "every cell as data"],
      ["npm run -s db -- verify --junit > isolation.xml", "a test report for CI"],
    ],
  })
    .addOption(new Option("--json", "print a JSON object instead").conflicts("junit"))
    .option("--junit", "print a JUnit report instead")
    .action((options: Options) => run(program, options));
}

async function run(program: Program, { stack, json, junit }: Options): Promise<void> {
  const proof = await proveStack(await readStackAccess(stack), program);
  if (json) process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
  else if (junit) process.stdout.write(renderJunit(proof, stack));
  else process.stdout.write(renderProof(proof, paintOutput()));
  if (!proof.summary.ok) process.exitCode = leakFound;
}
