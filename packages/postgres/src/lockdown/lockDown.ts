import type { Audit } from "../audit/audit";
import { openingAreas } from "../audit/auditAreas";
import { readAudit } from "../audit/readAudit";
import { repairAreas } from "../audit/repairAudit";
import type { Connection } from "../connection/connection";
import type { Finding } from "../convergence/difference";
import { isLeak } from "../convergence/isLeak";
import { renderDifference } from "../convergence/renderDifference";
import { closeTables, readOpenTables } from "../rowLevelSecurity/closeTables";
import { isAbsent } from "../schema/schemaDrift";
import { withSession } from "../connection/withSession";
import { describeOpening, messageOf, StillOpenError } from "./stillOpen";

/** What is to be closed, and by whose session. */
export interface LockdownOptions {
  /** The login that deploys; it changes roles, memberships, settings and access lists. */
  connection: Connection;
  /** A login with no more rights than the owner, which changes tables. */
  migrator: Connection;
  audit: Audit;
  /** Number of the last migration that is to be applied; 0: none is. */
  version: number;
}

/**
 * What lets somebody see or do more than is declared. Changes nothing.
 *
 * A database that isn't there yet has nothing open.
 */
export async function readOpenings(options: LockdownOptions): Promise<Finding[]> {
  const { connection, migrator, audit } = options;
  const found = await ofDatabase(async () => {
    const access = await withSession(connection, (client) =>
      readAudit(client, audit, openingAreas),
    );
    const tables = await withSession(migrator, (client) =>
      readOpenTables(client, closureOf(options)),
    );
    return [...access.map(({ finding }) => finding).filter(isClosable), ...tables];
  });
  return found ?? [];
}

/**
 * Closes all of it, before anything else of the database is judged or refused: access first, because a table may have to get
 * its owner back before that one can close it.
 *
 * @throws StillOpenError with every opening that could not be closed; by then all others are.
 */
export async function lockDown(
  options: LockdownOptions,
  log: (line: string) => void = () => undefined,
): Promise<void> {
  const { connection, migrator, audit } = options;
  const left: string[] = [];
  const broken: unknown[] = [];
  const tell = (closed: readonly Finding[]) => {
    for (const finding of closed) log(`closed ${renderDifference(finding)}`);
  };
  const close = async (closing: () => Promise<void>) => {
    await ofDatabase(closing).catch((error: unknown) => broken.push(error));
  };
  await close(async () => {
    const { repaired, failures } = await repairAreas(connection, audit, openingAreas, isLeak);
    tell(repaired);
    left.push(...failures.map(messageOf));
  });
  await close(async () => {
    const closing = await closeTables(migrator, closureOf(options));
    tell(closing.closed);
    left.push(...closing.left.map(describeOpening));
  });
  if (left.length > 0) throw new StillOpenError([...left, ...broken.map(messageOf)]);
  for (const error of broken) throw error;
}

function closureOf({ audit: { tenancy, owner }, version }: LockdownOptions) {
  return { tenancy, owner, version };
}

/** What has no SQL is another resource's, or somebody's to decide. */
function isClosable(finding: Finding): boolean {
  const { repair, sql } = finding;
  return repair === "automatic" && sql !== undefined && isLeak(finding);
}

/** @returns undefined where there is no such database yet. */
async function ofDatabase<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
