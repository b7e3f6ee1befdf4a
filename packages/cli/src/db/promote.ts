import { join, relative } from "node:path";

import type { Command } from "commander";

import { askOnTerminal } from "../terminal";
import { CommandError } from "../commandError";
import { folders } from "../folders";
import type { Program } from "../program";
import { withSetUpLock } from "../setUp/setUpLock.mjs";
import { operatorCommand } from "./operatorCommand";
import { arrived } from "./promote/arrived";
import { configurationAllowed } from "./promote/configurationAllowed";
import { type Destination, destinationUntouched } from "./promote/destinationUntouched";
import { Gate } from "./promote/gate";
import { isolationHolds } from "./promote/isolationHolds";
import { applyPlan, makePlan, requireUnchanged } from "./promote/plan";
import {
  findPlanned,
  makePromotionFolder,
  type PromotionRecord,
  writePromotion,
} from "./promote/promotionFiles";
import { Rehearsal } from "./promote/rehearsal";
import { rehearse } from "./promote/rehearse";
import { safeMigrations } from "./promote/safeMigrations";
import { sourceConverged } from "./promote/sourceConverged";
import { readStackAccess } from "./stack/readStackAccess";
import type { StackAccess } from "./stack/stackAccess";

interface Options {
  from: string;
  to: string;
  dryRun?: true;
  yes?: string;
}

const stepCount = 9;

/** `npm run db -- promote`: brings what was tried out on one stack to another, with evidence. */
export function promote(program: Program): Command {
  return operatorCommand({
    name: "promote",
    summary: "Bring what was tried out on one stack to another, with evidence",
    details:
      "Nine steps, each with its evidence: the source is converged at this commit; the destination has not drifted; the " +
      "configurations differ in what they may; the migrations to come are rehearsed on a server of its own, and are safe for the " +
      "destination's sizes; no tenant sees another's rows there; Pulumi's plan, bound to the destination as it is. After " +
      "confirmation exactly that plan is applied, and looked at again. The first step that fails ends it, and up to the eighth " +
      "nothing is changed. Evidence is kept in .hosterizer/promotions, as JSON and as Markdown.",
    examples: [
      ["npm run db -- promote --from dev --to prod", "ask before it is applied"],
      ["npm run db -- promote --from dev --to prod --dry-run", "up to the plan, and its hash"],
      ["npm run db -- promote --from dev --to prod --yes 0123456789abcdef", "apply that plan"],
    ],
    stack: false,
  })
    .requiredOption("--from <stack>", "the stack on which it was tried out")
    .requiredOption("--to <stack>", "the stack that is to be changed")
    .option("--dry-run", "stop before anything is changed")
    .option("-y, --yes <hash>", "apply the plan with this hash, which a dry run has made")
    .action((options: Options) => run(program, options));
}

async function run(program: Program, { from, to, dryRun, yes }: Options): Promise<void> {
  if (from === to) {
    throw new CommandError(
      `Stack ${from} cannot be promoted to itself.`,
      "Name another with --to.",
    );
  }
  if (dryRun !== true && yes === undefined && !process.stdin.isTTY) {
    throw new CommandError(
      "There is no terminal to ask whether the plan may be applied.",
      "Make it with --dry-run, read it, then apply it with --yes and its hash.",
    );
  }
  if (yes !== undefined) {
    const { path, promotion } = await findPlanned(yes, { from, to });
    await applyAndKeep(program, path, promotion, new Gate(stepCount, promotion.steps));
    return;
  }
  const begun = new Date();
  const path = await makePromotionFolder(begun, from, to);
  const gate = new Gate(stepCount);
  // There is one rehearsal in a clone.
  const lock = join(folders.own, "promote.lock");
  const plan = () => planAndKeep(program, path, begun, gate, from, to);
  const promotion = await withSetUpLock(lock, plan, "promotion");
  if (dryRun === true) {
    const { hash = "" } = promotion.plan ?? {};
    say(
      `Nothing was changed. To apply it: npm run db -- promote --from ${from} --to ${to} --yes ${hash}`,
    );
    return;
  }
  if (/^y(es)?$/i.test(await askOnTerminal(`Apply it to stack ${to}? (yes or no) `))) {
    await applyAndKeep(program, path, promotion, gate);
  } else say("Nothing was changed.");
}

/** Steps 1 to 7, which change nothing. */
async function planAndKeep(
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
  return keeping(path, promotion, async () => {
    const { commit } = await gate.step(`${from} is what the commit says`, () =>
      sourceConverged(from),
    );
    promotion.commit = commit;
    const access = await readStackAccess(to);
    const destination = await gate.step(`${to} has not drifted`, () =>
      destinationUntouched(access, program),
    );
    await gate.step("the configurations may differ so", () =>
      Promise.resolve(configurationAllowed(from, to)),
    );
    await rehearsed(program, gate, access, destination);
    const { plan } = await gate.step("the plan", () =>
      makePlan(access, program, destination, commit, path),
    );
    promotion.plan = plan;
    promotion.outcome = "planned";
    process.stdout.write(`\n${plan.preview}\n\n`);
    return promotion;
  });
}

/** Steps 4 to 6, on a server that is gone afterwards. */
async function rehearsed(
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
    await gate.step("the migrations are safe there", () =>
      safeMigrations(access, program, destination),
    );
    const database = await rehearsal?.access();
    if (database === undefined) throw new Error("the rehearsal has no database");
    await gate.step("isolation, as rehearsed", () => isolationHolds(database, program));
  } finally {
    await rehearsal?.end();
  }
}

/** Steps 8 and 9. */
async function applyAndKeep(
  program: Program,
  path: string,
  promotion: PromotionRecord,
  gate: Gate,
): Promise<void> {
  const { to, plan, commit } = promotion;
  if (plan === undefined || commit === undefined) throw new Error("a promotion without its plan");
  promotion.steps = gate.steps;
  await keeping(path, promotion, async () => {
    const access = await readStackAccess(to);
    promotion.outcome = "refused";
    await gate.step(`plan ${plan.hash} is applied`, async () => {
      await requireUnchanged(access, program, plan, commit, path);
      promotion.outcome = "failed";
      return applyPlan(to, plan, path);
    });
    await gate.step(`${to} is what the commit says`, async () =>
      arrived(await readStackAccess(to), program),
    );
    promotion.outcome = "promoted";
  });
}

/** Keeps the evidence, however it ends. */
async function keeping<T>(
  path: string,
  promotion: PromotionRecord,
  steps: () => Promise<T>,
): Promise<T> {
  try {
    return await steps();
  } finally {
    await writePromotion(path, promotion);
    say(`Evidence: ${relative(process.cwd(), path)}/promotion.md`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
