import type Dockerode from "dockerode";

import { openToChecks } from "@hosterizer/postgres/backup/openToChecks";
import { lsnOf } from "@hosterizer/postgres/backup/pgbackrest/timelines";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { isLeak } from "@hosterizer/postgres/isolation/isolationProof";
import {
  eraseSigningKeys,
  signingKeysTable,
} from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import {
  catalogsOfValues,
  eraseStatistics,
  eraseTraces,
  rewriteCatalogs,
} from "@hosterizer/postgres/scrub/eraseTraces";
import { scrubDatabase } from "@hosterizer/postgres/scrub/scrubDatabase";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { counted } from "../screen/numbers";
import { connectionAs } from "../stack/connectAs";
import type { StackAccess } from "../stack/stackAccess";
import { proveStack } from "../verify/proof";
import { closeLogins, readRecoveredState } from "./recoveredServer";
import { socketBridge } from "./recoveryContainer";
import { bridgeSocket } from "./socketOf";

/** What a recovered server is for. */
export interface RecoveryPurpose {
  /** The LSN at which the last segment of the archive begins, if all of it was to be replayed. */
  end: bigint | undefined;
  /** A copy is another stack's server, which gets none of this one's secrets. */
  as: "the stack" | "a copy" | "a scrubbed copy";
}

/**
 * Checks a recovered server, says what it found, and leaves no role able to log in. It also says what could not be checked: an old
 * state may lack roles and tables of today. Removes from a copy what must not be in it.
 *
 * @throws UserError if the recovery has ended before `end`; DeclarationErrors if a column of a scrubbed copy has no rule
 */
export async function checkRecovered(
  container: Dockerode.Container,
  { database, stack, contextKey, passwords }: StackAccess,
  program: Program,
  { end, as }: RecoveryPurpose,
): Promise<void> {
  const socket = await bridgeSocket(container, socketBridge);
  const { host, port } = socket;
  const recovered: StackAccess = {
    ...{ stack, host, port, database, sslmode: "disable", passwords },
    ...(contextKey === undefined ? {} : { contextKey }),
  };
  const superuser = { host, port, database, user: "postgres", sslmode: "disable" } as const;
  // The settings of the stack's database do not apply there, nor does what it has been closed to.
  const elsewhere: Connection = { ...superuser, database: "postgres" };
  const migrator = connectionAs(program.migrator, recovered);
  const declared = program.roles.filter(({ login }) => login).map(({ name }) => name);
  try {
    const state = await withClient(elsewhere, "recover", async (client) => {
      const found = await readRecoveredState(client);
      return { ...found, opened: await openToChecks(client, database, declared) };
    });
    if (end !== undefined && lsnOf(state.replayed ?? "0/0") <= end) {
      throw new UserError(
        `The recovery ended at ${state.replayed ?? "its start"}, before the end of the archive: a segment of WAL is missing or cannot be read. Its last transaction is of ${state.lastTransaction ?? "before the backup"}.`,
        "Nothing was changed. `restore-drill` names the segment; `--to` recovers a moment before it.",
      );
    }
    say(`  last transaction: ${state.lastTransaction ?? "none since the backup"}`);
    for (const { kind, name, was } of state.opened) {
      // A rotation moves the login of a role to another one.
      const isMoved = was === "NOLOGIN" && state.logins.some((login) => isLoginOf(login, name));
      if (!isMoved) say(`  ${kind} ${name}: was closed by ${was} in the backup, and is open now`);
    }
    if (as === "a scrubbed copy") await scrub(superuser, migrator, program);
    await told("schema", () => tellSchema(recovered, program));
    await told("isolation", () => tellIsolation(recovered, program));
    const isKept = (login: string) =>
      declared.some((name) => (as === "the stack" ? isLoginOf(login, name) : login === name));
    const strangers = state.logins.filter((login) => !isKept(login) && login !== "postgres");
    if (strangers.length > 0)
      say(`  undeclared logins in the backup, now disabled: ${strangers.join(", ")}`);
    const logins = state.logins.filter((login) => !strangers.includes(login));
    await withClient(elsewhere, "recover", (client) =>
      closeLogins(client, [...declared, ...logins]),
    );
    if (as !== "the stack") await removeSecrets(superuser, migrator, program);
  } finally {
    await socket.close();
  }
}

/** Gives the columns the values of their rules, and removes what no rule is for. */
async function scrub(superuser: Connection, migrator: Connection, program: Program): Promise<void> {
  const { scrub: rules, owner, ownSchemas } = program;
  const { databases, largeObjects } = await eraseTraces(superuser);
  const tables = await scrubDatabase(migrator, { rules, owner, ownSchemas });
  await rewriteCatalogs(superuser, catalogsOfValues);
  say(`  scrubbed: ${counted(tables, "table")}`);
  if (databases.length > 0) say(`  removed: the databases ${databases.join(", ")}`);
  if (largeObjects > 0) say(`  removed: ${counted(largeObjects, "large object")}`);
}

/** Leaves nothing on the disk that opens the original: its passwords' verifiers and the keys of its contexts. */
async function removeSecrets(
  superuser: Connection,
  migrator: Connection,
  { owner }: Program,
): Promise<void> {
  await eraseSigningKeys(migrator, owner);
  await eraseStatistics(superuser, signingKeysTable);
  await withClient(superuser, "recover", (client) =>
    client.query("alter role current_user password null"),
  );
  await rewriteCatalogs(superuser, ["pg_authid", "pg_statistic"]);
}

/** Whether a login is a role's own, or one of the two that a rotation switches between. */
function isLoginOf(login: string, role: string): boolean {
  return [role, `${role}_a`, `${role}_b`].includes(login);
}

async function told(what: string, tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`  ${what}: could not be looked at (${reason.replaceAll("\n", " ")})`);
  }
}

async function tellSchema(recovered: StackAccess, program: Program): Promise<void> {
  const differences = await readSchemaDrift(connectionAs(program.migrator, recovered), {
    schemas: program.recordedSchemas,
    owner: program.owner,
    directory: program.migrationsDirectory,
    tenancy: await program.tenancyUpTo(),
  });
  if (differences.length === 0) {
    say("  schema: as recorded");
    return;
  }
  say("  schema: not as recorded, which the next update repairs or asks about:");
  for (const difference of differences) say(`    ${renderDifference(difference)}`);
}

async function tellIsolation(recovered: StackAccess, program: Program): Promise<void> {
  const proof = await proveStack(recovered, program);
  const leaks = proof.cells.filter(isLeak);
  say(
    leaks.length === 0
      ? `  isolation: ${counted(proof.summary.tried, "attempt")}, nothing leaks`
      : `  isolation: ${counted(leaks.length, "leak")}, which the next update closes before anyone can log in`,
  );
}
