import { type Command, Option } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { paintOutput } from "./screen/terminal";
import { readStackAccess } from "./stack/stackAccess";
import { proveStack, renderJunit, renderProof } from "./verify/proof";
import { print } from "../terminal";

/** Exit code, as of `npm run drift`: the check worked, and found a difference. */
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
      "Logs in as the application's roles and tries, on every tenant table, everything that could show or change another tenant's " +
      "rows. It creates two tenants for this in a transaction that it rolls back: it leaves nothing behind and does not block other " +
      "sessions. Exit code 7: something leaks, or a role cannot reach its own rows.",
    examples: [
      ["npm run db -- verify", "the local stack"],
      ["npm run db -- verify --stack prod", "a production database: safe while it is in use"],
      ["npm run -s db -- verify --json", "every cell as data"],
      ["npm run -s db -- verify --junit > isolation.xml", "a test report for CI"],
    ],
  })
    .addOption(new Option("--json", "print a JSON object instead").conflicts("junit"))
    .option("--junit", "print a JUnit report instead")
    .action(async ({ stack, json, junit }: Options) => {
      const proof = await proveStack(await readStackAccess(stack), program);
      if (json) print(`${JSON.stringify(proof, null, 2)}\n`);
      else if (junit) print(renderJunit(proof, stack));
      else print(renderProof(proof, paintOutput()));
      if (!proof.summary.ok) process.exitCode = leakFound;
    });
}
