import { join, relative } from "node:path";

import type { Command } from "commander";

import { askOnTerminal, print, printLine } from "../terminal";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import type { Program } from "../program";
import { withSetUpLock } from "../setUp/setUpLock.mjs";
import { operatorCommand } from "./operatorCommand";
import { checkConfiguration } from "./promote/checkConfiguration";
import { checkMigrations } from "./promote/checkMigrations";
import { Gate } from "./promote/gate";
import { applyPlan, makePlan, requireUnchanged } from "./promote/plan";
import {
  findPlanned,
  makePromotionFolder,
  type PromotionRecord,
  writePromotion,
} from "./promote/promotionRecord";
import { Rehearsal, rehearse } from "./promote/rehearse";
import {
  checkDestination,
  checkIsolation,
  checkSource,
  type Destination,
  verifyDestination,
} from "./promote/stackChecks";
import { readStackAccess, type StackAccess } from "./stack/stackAccess";

interface Options {
  from: string;
  to: string;
  dryRun?: true;
  yes?: string;
}

const stepCount = 9;

/** `npm run db -- promote`: applies to one stack what was tested on another, with evidence. */
export function promote(program: Program): Command {
  return operatorCommand({
    name: "promote",
    summary: "Apply to one stack what was tested on another, with evidence",
    details:
      "Nine steps, each with its evidence. The source is converged at this commit; the destination has not drifted; the " +
      "configurations differ only where they may; the pending migrations are rehearsed on an embedded server, and are safe for the " +
      "sizes of the destination's tables; no tenant sees another's rows in the rehearsal; Pulumi makes a plan that is bound to the " +
      "destination's current state. After confirmation exactly that plan is applied, and the result is verified. The first step " +
      "that fails ends the promotion; nothing changes before the eighth. The evidence is in .hosterizer/promotions, as JSON and as " +
      "Markdown.",
    examples: [
      ["npm run db -- promote --from dev --to prod", "ask before the plan is applied"],
      ["npm run db -- promote --from dev --to prod --dry-run", "only make the plan"],
      ["npm run db -- promote --from dev --to prod --yes 0123456789abcdef", "apply that plan"],
    ],
    stack: false,
  })
    .requiredOption("--from <stack>", "the source: the stack on which it was tested")
    .requiredOption("--to <stack>", "the destination: the stack to change")
    .option("--dry-run", "stop before anything is changed")
    .option("-y, --yes <hash>", "apply the plan with this hash, made by a dry run")
    .action((options: Options) => run(program, options));
}

async function run(program: Program, { from, to, dryRun, yes }: Options): Promise<void> {
  if (from === to) {
    throw new UserError(
      `Stack ${from} cannot be promoted to itself.`,
      "Name another stack with --to.",
    );
  }
  if (dryRun !== true && yes === undefined && !process.stdin.isTTY) {
    throw new UserError(
      "There is no terminal to confirm the plan on.",
      "Make the plan with --dry-run, read it, then apply it with --yes and its hash.",
    );
  }
  if (yes !== undefined) {
    const { path, promotion } = await findPlanned(yes, { from, to });
    await applyAndVerify(program, path, promotion, new Gate(stepCount, promotion.steps));
    return;
  }
  const begun = new Date();
  const path = await makePromotionFolder(begun, from, to);
  const gate = new Gate(stepCount);
  // A clone has room for one rehearsal at a time.
  const lock = join(folders.own, "promote.lock");
  const plan = () => checkAndPlan(program, path, begun, gate, from, to);
  const promotion = await withSetUpLock(lock, plan, "promotion");
  if (dryRun === true) {
    const { hash = "" } = promotion.plan ?? {};
    printLine(
      `Nothing was changed. To apply the plan: npm run db -- promote --from ${from} --to ${to} --yes ${hash}`,
    );
    return;
  }
  if (/^y(es)?$/i.test(await askOnTerminal(`Apply it to stack ${to}? (yes or no) `))) {
    await applyAndVerify(program, path, promotion, gate);
  } else printLine("Nothing was changed.");
}

/** Steps 1 to 7, which change nothing. */
async function checkAndPlan(
  program: Program,
  path: string,
  begun: Date,
  gate: Gate,
  from: string,
  to: string,
): Promise<PromotionRecord> {
  const promotion: PromotionRecord = {
    from,
    to,
    begun: begun.toISOString(),
    outcome: "refused",
    steps: gate.steps,
  };
  return withEvidence(path, promotion, async () => {
    const { commit } = await gate.step(`${from} matches the commit`, () => checkSource(from));
    promotion.commit = commit;
    const access = await readStackAccess(to);
    const destination = await gate.step(`${to} has not drifted`, () =>
      checkDestination(access, program),
    );
    await gate.step("configurations", () => Promise.resolve(checkConfiguration(from, to)));
    await checkRehearsal(program, gate, access, destination);
    const { catalog } = destination;
    const { plan } = await gate.step("plan", () =>
      makePlan(access, program, { commit, catalog }, path),
    );
    promotion.plan = plan;
    promotion.outcome = "planned";
    print(`\n${plan.preview}\n\n`);
    return promotion;
  });
}

/** Steps 4 to 6, on a server that is removed afterwards. */
async function checkRehearsal(
  program: Program,
  gate: Gate,
  access: StackAccess,
  destination: Destination,
): Promise<void> {
  let rehearsal: Rehearsal | undefined;
  try {
    await gate.step("rehearsal", async () => {
      rehearsal = await Rehearsal.begin(access.database, destination.version);
      return rehearse(rehearsal, access, program, destination);
    });
    await gate.step(`migrations are safe for ${access.stack}`, () =>
      checkMigrations(access, program, destination),
    );
    const rehearsed = await rehearsal?.access();
    if (rehearsed === undefined) throw new Error("the rehearsal has no database");
    await gate.step("isolation in the rehearsal", () => checkIsolation(rehearsed, program));
  } finally {
    await rehearsal?.end();
  }
}

/** Steps 8 and 9. */
async function applyAndVerify(
  program: Program,
  path: string,
  promotion: PromotionRecord,
  gate: Gate,
): Promise<void> {
  const { to, plan, commit } = promotion;
  if (plan === undefined || commit === undefined) throw new Error("the promotion has no plan");
  promotion.steps = gate.steps;
  await withEvidence(path, promotion, async () => {
    const access = await readStackAccess(to);
    promotion.outcome = "refused";
    await gate.step(`apply plan ${plan.hash}`, async () => {
      await requireUnchanged(access, program, plan, commit, path);
      promotion.outcome = "failed";
      return applyPlan(to, path);
    });
    await gate.step(`${to} matches the commit`, async () =>
      verifyDestination(await readStackAccess(to), program),
    );
    promotion.outcome = "promoted";
  });
}

/** Writes the evidence when the steps end, whether they pass or fail. */
async function withEvidence<T>(
  path: string,
  promotion: PromotionRecord,
  steps: () => Promise<T>,
): Promise<T> {
  try {
    return await steps();
  } finally {
    await writePromotion(path, promotion);
    printLine(`Evidence: ${relative(process.cwd(), path)}/promotion.md`);
  }
}
