import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { escapeIdentifier } from "pg";

import { catalogHash } from "@hosterizer/postgres/connection/catalogStamp";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { readLedger } from "@hosterizer/postgres/migrations/ledger";
import { UserError } from "@hosterizer/postgres/userError";
import { driftReport } from "../../drift/driftReport";
import { renderDifferences } from "../../drift/renderDrift";
import { externalEnvironment } from "../../externalStack/externalEnvironment";
import { folders } from "../../folders";
import { healStack } from "../../healing/healStack";
import type { Program } from "../../program";
import { runPulumiQuietly, runQuietly } from "../../runProgram";
import { requireServer } from "../../dockerStack/serverFault";
import { openStack } from "../../stack/openStack";
import { startInstance } from "../../healing/startInstance";
import { updateStack } from "../../stack/updateStack";
import { requireDrill } from "../backup/stackDrills";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";
import type { Evidence } from "./gate";
import type { Plan } from "./promotionRecord";

/**
 * Update plans are experimental in Pulumi: https://www.pulumi.com/docs/iac/concepts/update-plans/. The plan contains the drift that
 * our own resources report, so the update has to report it in the same format.
 */
const withPlans = { PULUMI_EXPERIMENTAL: "true", HOSTERIZER_DRIFT: "json" };

/** The preview is stored as text, so it does not depend on this terminal. */
const screen = { width: 120, bold: String, red: String };

/** How many digits of a hash are shown to people. */
const shownDigits = 16;

/**
 * Has Pulumi preview the destination and save that as a plan. The plan is bound to a commit and to the destination's database.
 *
 * @param bound the commit, and the hash of the database when the destination was checked
 * @param folder where the plan is saved
 * @throws UserError if the database has changed since it was checked, or if the preview fails
 */
export async function makePlan(
  access: StackAccess,
  program: Program,
  { commit, catalog }: { commit: string; catalog: string },
  folder: string,
): Promise<Evidence & { plan: Plan }> {
  const { stack } = access;
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  const file = fileIn(folder);
  if ((await catalogHashOf(access, program)) !== catalog) {
    throw new UserError(`Stack ${stack} has changed since step 2.`, "Start again.");
  }
  const options = ["--save-plan", file, "--json", "--non-interactive"];
  const ended = await runPulumiQuietly(["preview", "--stack", stack, ...options], {
    ...environment,
    ...withPlans,
  });
  const { status, differences, error = "" } = driftReport(stack, ended);
  if (status === "broken") {
    throw new UserError(
      `The preview of stack ${stack} failed:\n${error}`,
      "Fix what it names, and start again.",
    );
  }
  const preview =
    differences.length === 0
      ? `Nothing changes in stack ${stack}.`
      : `Changes in stack ${stack}:\n${renderDifferences(differences, screen)}`;
  const hash = await planHash(file, catalog, commit);
  return {
    summary: `plan ${hash}`,
    data: { hash, catalog },
    plan: { hash, catalog, preview },
  };
}

/**
 * @throws UserError if the commit, the plan's file or the destination has changed since the plan was made, or if the last drill that has
 *   restored the destination is too old by now
 */
export async function requireUnchanged(
  access: StackAccess,
  program: Program,
  { hash, catalog }: Plan,
  commit: string,
  folder: string,
): Promise<void> {
  const { stack } = access;
  const again = "Nothing was changed. Start again: all steps have to be repeated.";
  const current = await cleanCommit();
  if (current !== commit) {
    const fault = `Plan ${hash} is for commit ${commit.slice(0, 12)}, but this folder is at ${current.slice(0, 12)}.`;
    throw new UserError(fault, again);
  }
  if ((await planHash(fileIn(folder), catalog, commit).catch(() => "")) !== hash) {
    throw new UserError(`The file of plan ${hash} was changed.`, again);
  }
  if ((await catalogHashOf(access, program)) !== catalog) {
    const fault = `Stack ${stack} has changed since plan ${hash} was made.`;
    throw new UserError(fault, again);
  }
  await requireDrill(access, program);
}

/** Applies exactly this plan. @throws UserError if the update fails, for example because something is not as planned */
export async function applyPlan(stack: string, folder: string): Promise<Evidence> {
  const environment = await externalEnvironment(stack, await openStack(stack));
  await healStack(stack, environment);
  await startInstance(stack, environment, []);
  const update = ["up", "--plan", fileIn(folder), "--yes", "--skip-preview"] as const;
  const code = await updateStack(stack, update, { ...environment, ...withPlans });
  if (code !== 0) {
    throw new UserError(
      `The update of stack ${stack} failed: see Pulumi's messages above.`,
      `What it did before that stays. \`npm run preview -- --stack ${stack}\` shows what is left; the next \`npm run up -- --stack ${stack}\` resumes.`,
    );
  }
  return { summary: "applied" };
}

function fileIn(folder: string): string {
  return join(folder, "plan.json");
}

async function planHash(file: string, catalog: string, commit: string): Promise<string> {
  const hash = createHash("sha256")
    .update(await readFile(file))
    .update(catalog)
    .update(commit);
  return hash.digest("hex").slice(0, shownDigits);
}

/**
 * The commit that this folder is at.
 *
 * @throws UserError with the changed files if the working tree differs from the commit
 */
export async function cleanCommit(): Promise<string> {
  const commit = (await git("rev-parse", "HEAD")).trim();
  const changed = (await git("status", "--porcelain")).trimEnd();
  if (changed === "") return commit;
  throw new UserError(
    `The working tree differs from commit ${commit.slice(0, 12)}:\n${changed}`,
    "Commit or stash it: only a commit that others can see can be promoted.",
  );
}

async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runQuietly("git", args, { cwd: folders.project });
  if (code === 0) return stdout;
  throw new UserError(
    `git ${args.join(" ")} failed: ${stderr.trim()}`,
    "Promote from a clone of the repository.",
  );
}

/** A hash of a stack's database. It changes with anything in the catalog, with the server's roles and with the ledger. */
export function catalogHashOf(access: StackAccess, { migrator, owner }: Program): Promise<string> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    withClient(connection, "promote", async (client) => {
      await client.query(`set role ${escapeIdentifier(owner)}`);
      const ledger = await readLedger(client);
      return catalogHash(
        client,
        ledger.map(({ name, appliedAt }) => `${name} ${appliedAt.toISOString()}`),
      );
    }),
  );
}
