import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { CommandError } from "../../commandError";
import { driftReport } from "../../drift/driftReport";
import { renderDifferences } from "../../drift/renderDrift";
import { externalEnvironment } from "../../externalStack/externalEnvironment";
import { folders } from "../../folders";
import { healStack } from "../../healing/healStack";
import type { Program } from "../../program";
import { runQuietly } from "../../runProgram";
import { requireServer } from "../../dockerStack/serverFault";
import { openStack } from "../../stack/openStack";
import { startInstance } from "../../healing/startInstance";
import { updateStack } from "../../stack/updateStack";
import type { StackAccess } from "../stack/stackAccess";
import { stackHash } from "./stackHash";
import type { Destination } from "./destinationUntouched";
import type { Evidence } from "./gate";
import type { PromotionRecord } from "./promotionFiles";
import { cleanCommit } from "./repository";

export type Plan = NonNullable<PromotionRecord["plan"]>;

/**
 * Update plans are experimental in Pulumi: https://www.pulumi.com/docs/iac/concepts/update-plans/. What our own resources find
 * is part of a plan, so that the update has to say it in the same way.
 */
const withPlans = { PULUMI_EXPERIMENTAL: "true", HOSTERIZER_DRIFT: "json" };

/** The preview is kept as it is printed, wherever it is read. */
const screen = { width: 120, bold: String, red: String };

/** Digits of a hash that a person compares. */
const shown = 16;

/**
 * Has Pulumi preview the destination, and keeps that as a plan, bound to the commit and to the catalog.
 *
 * @throws CommandError if the catalog is not what it was when the destination was looked at, or if the preview fails
 */
export async function makePlan(
  access: StackAccess,
  program: Program,
  { catalog }: Destination,
  commit: string,
  folder: string,
): Promise<Evidence & { plan: Plan }> {
  const { stack } = access;
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  const file = fileIn(folder);
  if ((await stackHash(access, program)) !== catalog) {
    throw new CommandError(`Stack ${stack} has changed since step 2.`, "Begin again.");
  }
  const options = ["--save-plan", file, "--json", "--non-interactive"];
  const ended = await runQuietly("pulumi", ["preview", "--stack", stack, ...options], {
    cwd: folders.project,
    env: { ...environment, ...withPlans },
  });
  const { status, differences, error = "" } = driftReport(stack, ended);
  if (status === "broken") {
    throw new CommandError(
      `The preview of stack ${stack} failed:\n${error}`,
      "Correct what it names first.",
    );
  }
  const preview =
    differences.length === 0
      ? `Nothing of stack ${stack} is to change.`
      : `What is to change in stack ${stack}:\n${renderDifferences(differences, screen)}`;
  const hash = await hashOf(file, catalog, commit);
  return {
    summary: `plan ${hash}`,
    data: { hash, catalog },
    plan: { hash, catalog, preview },
  };
}

/** @throws CommandError if anything is not as it was when a plan was made */
export async function requireUnchanged(
  access: StackAccess,
  program: Program,
  { hash, catalog }: Plan,
  commit: string,
  folder: string,
): Promise<void> {
  const { stack } = access;
  const again = "Nothing was changed. Begin again: the steps before are to be taken anew.";
  const present = await cleanCommit();
  if (present !== commit) {
    const fault = `Plan ${hash} is of commit ${commit.slice(0, 12)}, and this folder is at ${present.slice(0, 12)}.`;
    throw new CommandError(fault, again);
  }
  if ((await hashOf(fileIn(folder), catalog, commit).catch(() => "")) !== hash) {
    throw new CommandError(`The file of plan ${hash} is not what it was.`, again);
  }
  if ((await stackHash(access, program)) !== catalog) {
    const fault = `Stack ${stack} has changed since plan ${hash} was made.`;
    throw new CommandError(fault, again);
  }
}

/** Applies exactly a plan. @throws CommandError if the update fails, also because something is not as planned after all */
export async function applyPlan(stack: string, { hash }: Plan, folder: string): Promise<Evidence> {
  const environment = await externalEnvironment(stack, await openStack(stack));
  await healStack(stack, environment);
  await startInstance(stack, environment, []);
  const update = ["up", "--plan", fileIn(folder), "--yes", "--skip-preview"] as const;
  const code = await updateStack(stack, update, { ...environment, ...withPlans });
  if (code !== 0) {
    throw new CommandError(
      `The update of stack ${stack} failed: what Pulumi says stands above.`,
      `What it had done stays. See where it is with \`npm run preview -- --stack ${stack}\`; the next \`npm run up -- --stack ${stack}\` goes on from there.`,
    );
  }
  return { summary: `plan ${hash} applied` };
}

function fileIn(folder: string): string {
  return join(folder, "plan.json");
}

async function hashOf(file: string, catalog: string, commit: string): Promise<string> {
  const hash = createHash("sha256")
    .update(await readFile(file))
    .update(catalog)
    .update(commit);
  return hash.digest("hex").slice(0, shown);
}
