import { availableParallelism } from "node:os";
import { join } from "node:path";

import { signer } from "hosterizer-database-client/signContext";

import {
  ClientProgramError,
  interruptSignals,
  requireProgram,
} from "@hosterizer/postgres/backup/clientProgram";
import { checkDatabase } from "@hosterizer/postgres/backup/drill/checkRecovered";
import { drillDump } from "@hosterizer/postgres/backup/drill/drillDump";
import type { DrillPlan } from "@hosterizer/postgres/backup/drill/drillPlan";
import type { DrillRecord, DrillRecovery } from "@hosterizer/postgres/backup/drill/drillRecord";
import { startEmbeddedThrowaway } from "@hosterizer/postgres/backup/drill/embeddedThrowaway";
import {
  drilledRole,
  findServerRecord,
  writeServerRecord,
} from "@hosterizer/postgres/backup/drill/serverRecord";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { rolesToProve } from "@hosterizer/postgres/isolation/proveIsolation";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../../folders";
import type { Program } from "../../program";
import { withSetUpLock } from "../../setUp/setUpLock.mjs";
import { stackName } from "../../stack/stackFiles";
import { lateProgress } from "../../terminal";
import { unreadable } from "../dump";
import { backupRole } from "../stack/backupRole";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { maintenanceConnection } from "../stack/maintenanceConnection";
import { readVersion } from "../stack/schemaVersion";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";
import { demandsOf } from "./stackDrills";

/** A copy of a stack's server that somebody else has restored, such as a provider to a point in time. */
export interface Clone {
  host: string;
  /** Default: the stack's. */
  port?: number | undefined;
}

/**
 * Drills a stack whose server has no repository of ours, and records the result there: a dump of it is restored into a throwaway server
 * on this machine, or a copy that somebody else has restored is checked.
 *
 * @param acceptRows rows may be missing since the previous drill
 * @param tell receives what the drill does, a line each
 * @throws UserError if the drill could not take place; then it says nothing about the backups
 */
export async function drillServer(
  program: Program,
  { stack, acceptRows }: { stack: string; acceptRows: boolean },
  clone: Clone | undefined,
  tell: (line: string) => void,
): Promise<DrillRecord> {
  const access = await readStackAccess(stack);
  const { roles, owner, migrator, recordedSchemas: schemas } = program;
  const { lossShare } = demandsOf(stack);
  const version = await readVersion(access, program);
  const tenancy = await program.tenancyUpTo(version);
  const strangers = rolesToProve(roles, migrator);
  const { database } = access;
  const plan = { database, owner, migrator, schemas, tenancy, strangers, lossShare };
  const role = drilledRole(tenancy);
  const known = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    findServerRecord(connection, role),
  );
  const before = acceptRows ? {} : known.rows;
  const began = Date.now();
  const recovery =
    clone === undefined
      ? await drillOfDump(program, access, plan, before, tell)
      : await drillOfClone(access, plan, before, clone, tell);
  const record: DrillRecord = {
    ...{ time: new Date(began).toISOString(), repository: null, faults: [] },
    ...{ recoveries: [recovery], seconds: (Date.now() - began) / 1000 },
  };
  const { host, port, sslmode, sslrootcert } = access;
  const server = { host, port, sslmode, ...(sslrootcert === undefined ? {} : { sslrootcert }) };
  await writeServerRecord(await maintenanceConnection(stack, server), role, record);
  return record;
}

async function drillOfDump(
  program: Program,
  access: StackAccess,
  plan: DrillPlan,
  before: Readonly<Record<string, number>>,
  tell: (line: string) => void,
): Promise<DrillRecovery> {
  const source = connectionAs(backupRole(program), access);
  const major = await explainRefusal(access, source, majorOf);
  await requireProgram("pg_dump", major);
  await requireProgram("pg_restore", major);
  const name = `${stackName(access.stack)}+drill`;
  const lock = join(folders.own, `${name}.lock`);
  const drill = async () => {
    tell("starting a throwaway server");
    const server = await startEmbeddedThrowaway(folders.project, name);
    const late = lateProgress((line: string) => `  ${line}`);
    const onLine = (line: string) => {
      if (/^dumping /.test(line) && line !== "dumping the database") late(line);
      else tell(line);
    };
    const withoutTables = await unreadable(program, []);
    const jobs = availableParallelism();
    return stoppedAfter(server.stop, () =>
      drillDump({ source, server, plan, before, withoutTables, jobs, tell: onLine }),
    );
  };
  try {
    return await withSetUpLock(lock, drill, "drill");
  } catch (error) {
    if (!(error instanceof ClientProgramError)) throw error;
    throw new UserError(
      `No dump could be taken of stack ${access.stack}. ${error.message}`,
      "Nothing is left of the drill, and none is recorded.",
      { cause: error },
    );
  }
}

/** Runs something, and stops a server however it ends. */
async function stoppedAfter<T>(stop: () => Promise<void>, run: () => Promise<T>): Promise<T> {
  let interrupt: (signal: string) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = (signal) => {
      reject(new UserError(`Interrupted by ${signal}.`, "Nothing is left of the drill."));
    };
  });
  for (const signal of interruptSignals) process.on(signal, interrupt);
  try {
    return await Promise.race([run(), interrupted]);
  } finally {
    await stop();
    for (const signal of interruptSignals) process.off(signal, interrupt);
  }
}

async function majorOf(connection: Connection): Promise<number> {
  return withClient(connection, "drill", async (client) => {
    const { rows } = await client.query<{ major: number }>(
      "select pg_catalog.current_setting('server_version_num')::int4 / 10000 as major",
    );
    return rows[0]?.major ?? 0;
  });
}

async function drillOfClone(
  access: StackAccess,
  plan: DrillPlan,
  before: Readonly<Record<string, number>>,
  { host, port = access.port }: Clone,
  tell: (line: string) => void,
): Promise<DrillRecovery> {
  const there: StackAccess = { ...access, host, port };
  const reader = connectionAs(plan.tenancy.backupRoles[0] ?? plan.migrator, there);
  const [original, copy] = [
    await explainRefusal(access, { ...reader, host: access.host, port: access.port }, identityOf),
    await explainRefusal(there, reader, identityOf),
  ];
  requireCopy(original, copy, host, access.stack);
  tell(`checking the copy at ${host}:${port}`);
  const connect = (role: string) => connectionAs(role, there);
  const isSigned = plan.tenancy.context === "signed";
  const sign = isSigned ? signer(access.contextKey) : undefined;
  const { rows, faults } = await checkDatabase({ connect }, plan, before, sign);
  return {
    ...{ target: "latest", backup: `the copy at ${host}`, rows, faults },
    ...{ restoreSeconds: null, lossSeconds: null },
  };
}

/** What tells a running server from each other one, a copy of its data too. */
interface ServerIdentity {
  identity: string;
  /** It is a standby of another one, or is still being recovered. */
  inRecovery: boolean;
}

/** @throws UserError if a server is not a copy that was restored */
export function requireCopy(
  original: ServerIdentity,
  copy: ServerIdentity,
  host: string,
  stack: string,
): void {
  if (original.identity === copy.identity) {
    throw new UserError(
      `--host ${host}: that is the server of stack ${stack} itself.`,
      "Name a copy that was restored from its backups.",
    );
  }
  // It has what the stack's server has, with all that was lost there: it says nothing about the backups.
  if (!copy.inRecovery) return;
  throw new UserError(
    `--host ${host}: that is a replica of a running server, not a copy that was restored.`,
    "Name a copy that was restored from the backups. One that is still being recovered can be checked once it accepts writes.",
  );
}

async function identityOf(connection: Connection): Promise<ServerIdentity> {
  return withClient(connection, "drill", async (client) => {
    const { rows } = await client.query<ServerIdentity>(
      `select pg_catalog.concat_ws(' ', pg_catalog.pg_postmaster_start_time(), c.system_identifier) as identity,
              pg_catalog.pg_is_in_recovery() as "inRecovery"
         from pg_catalog.pg_control_system() as c`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("The server does not say which one it is.");
    return row;
  });
}
