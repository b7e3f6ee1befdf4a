import { basename } from "node:path";

import { withClient } from "@hosterizer/postgres/connection/connection";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { readStoredColumns, scrubFaults } from "@hosterizer/postgres/scrub/scrubPlan";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { up } from "../../commands/up";
import { withNewStack } from "../../dockerStack/newStack";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { declaredBackups } from "../backup/backupContainer";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { makeCopy } from "./keepCopyId";
import { recoverInto } from "./recover";
import { removePast } from "./recoveryContainer";
import { described, planOf, type RecoveryRequest } from "./recoveryRequest";
import { useVolume } from "./useVolume";
import { stackFiles } from "../../stack/stackFiles";

/** The stack that a copy becomes. */
export interface CopyOptions {
  /** Its name. */
  as: string;
  /** Whether columns get the values of database/scrub.ts. */
  isScrubbed: boolean;
}

/**
 * Recovers a stack's backup into a new stack in Docker, and brings that up: with passwords, keys and backups of its own. Nothing of the
 * first stack changes.
 *
 * A copy has the system identifier of the original, whose repository would take its WAL. So the new stack's repository is an empty volume of
 * its own, until it is up nothing is archived, and an ID tells it from the original ever after.
 *
 * @throws UserError if the new stack has data, backups or resources, or cannot be one beside the first
 * @throws DeclarationErrors if the copy is to be scrubbed, and a column that may hold text has no rule
 */
export async function copyStack(
  program: Program,
  request: RecoveryRequest,
  { as, isScrubbed }: CopyOptions,
): Promise<void> {
  const { stack } = request;
  const backups = await declaredBackups(stack);
  const access = await readStackAccess(stack);
  if (isScrubbed) await requireRules(program, access);
  const planned = await planOf(backups, request);
  const source = { stack, database: access.database, names: backups.names };
  const { volume, repository } = await withNewStack(as, source, async (target) => ({
    volume: await recoverInto(
      { source: backups.names, target },
      { ...planned, program, access, as: isScrubbed ? "a scrubbed copy" : "a copy" },
      async (container) => {
        await removePast(container);
        await makeCopy(container);
      },
    ),
    repository: target.repository,
  }));
  await useVolume(as, volume);
  say(`${basename(stackFiles(as).tracked)}: hosterizer-database:dataVolume is ${volume} now.`);
  const code = await up(["--stack", as, "--yes", "--skip-preview"]).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    return 1;
  });
  if (code !== 0) {
    throw new UserError(
      `The copy is in the volume ${volume}, but the update of stack ${as} has failed.`,
      `See above, then run \`${npmCommand("up", [], as)}\`. Stack ${stack} is as it was.`,
    );
  }
  say(
    `Stack ${as} runs on a copy of stack ${stack}: ${described(planned.target)}. Stack ${stack} is as it was.\n` +
      `  remove it: ${npmCommand("destroy", ["--volume", volume, "--volume", repository], as)}`,
  );
}

/** Looks at the present tables, so that a missing rule is found before anything is restored. An older state may lack some of them. */
async function requireRules(
  { migrator, scrub, ownSchemas }: Program,
  access: StackAccess,
): Promise<void> {
  const connection = connectionAs(migrator, access);
  const columns = await explainRefusal(access, connection, () =>
    withClient(connection, "scrub", (client) => readStoredColumns(client, ownSchemas)),
  );
  const faults = scrubFaults(columns, scrub, { mayLack: false });
  if (faults.length > 0) throw new DeclarationErrors(faults);
}
