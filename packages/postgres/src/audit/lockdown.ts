import { DatabaseError } from "pg";

import type { Connection } from "../connection/connection";
import { isMissingDatabase } from "../connection/connectionFailure";
import { withSession } from "../connection/withSession";
import { type Finding, renderDifference } from "../convergence/difference";
import { closeTables, readOpenTables } from "../rowLevelSecurity/closeTables";
import { openingAreas, readAudit, repairAreas } from "./audit";
import type { DeclaredAccess } from "./declaredAccess";
import { isLeak } from "./leaks";

/** What to close, and in whose sessions. */
export interface LockdownOptions {
  /** The deploy role's login; it changes roles, memberships, settings and access lists. */
  connection: Connection;
  /** A login with no more rights than the owner; it changes tables. */
  migrator: Connection;
  audit: DeclaredAccess;
  /** Number of the last migration to apply; 0: none. */
  version: number;
}

/**
 * What lets a role see or do more than is declared. Changes nothing.
 *
 * A database that does not exist yet has no openings.
 */
export async function readOpenings(options: LockdownOptions): Promise<Finding[]> {
  const { connection, migrator, audit } = options;
  const found = await unlessDatabaseIsMissing(async () => {
    const access = await withSession(connection, (client) =>
      readAudit(client, audit, openingAreas),
    );
    const tables = await withSession(migrator, (client) =>
      readOpenTables(client, tableScope(options)),
    );
    return [...access.map(({ finding }) => finding).filter(isClosable), ...tables];
  });
  return found ?? [];
}

/**
 * Closes every opening, before anything else in the database is judged or refused: access first, because the owner may have
 * to get a table back before it can close the table.
 *
 * @throws StillOpenError with every opening that could not be closed, after all others are closed.
 */
export async function lockDown(
  options: LockdownOptions,
  log: (line: string) => void = () => undefined,
): Promise<void> {
  const { connection, migrator, audit } = options;
  const stillOpen: string[] = [];
  const errors: unknown[] = [];
  const report = (closed: readonly Finding[]) => {
    for (const finding of closed) log(`closed ${renderDifference(finding)}`);
  };
  const close = async (closing: () => Promise<void>) => {
    await unlessDatabaseIsMissing(closing).catch((error: unknown) => errors.push(error));
  };
  await close(async () => {
    const { repaired, failures } = await repairAreas(connection, audit, openingAreas, isDue);
    report(repaired);
    stillOpen.push(...failures.map(messageOf));
  });
  await close(async () => {
    const { closed, left } = await closeTables(migrator, tableScope(options));
    report(closed);
    stillOpen.push(...left.map(describeOpening));
  });
  if (stillOpen.length > 0) throw new StillOpenError([...stillOpen, ...errors.map(messageOf)]);
  for (const error of errors) throw error;
}

/** What lets a role see or do more than is declared, and could not be closed. */
export class StillOpenError extends Error {
  override readonly name = "StillOpenError";

  /** @param openings One text each, with the cause and what to do. */
  constructor(openings: readonly string[]) {
    super(
      ["the update stops here: these openings could not be closed. Still open:", ...openings].join(
        "\n",
      ),
    );
  }
}

/** An opening of a table that could not be closed, with the cause and what to do. */
export function describeOpening({ findings, error }: { findings: Finding[]; error: unknown }) {
  return [
    ...findings.map((finding) => `- ${renderDifference(finding)}`),
    `  ${messageOf(error)}`,
    isLockTimeout(error)
      ? "  Another session holds a lock on it: find it in pg_locks, end it, and rerun the command."
      : "  Remove what prevents this, and rerun the command.",
  ].join("\n");
}

function tableScope({ audit: { tenancy, owner }, version }: LockdownOptions) {
  return { tenancy, owner, version };
}

/** A finding without SQL is another resource's to repair, or a person's to decide. */
function isClosable(finding: Finding): boolean {
  const { repair, sql } = finding;
  return repair === "automatic" && sql !== undefined && isDue(finding);
}

/** What is open, and what the migrator needs for every later step: it takes advisory locks. */
function isDue(finding: Finding): boolean {
  return isLeak(finding) || finding.kind === "facility missing";
}

/** @returns undefined where the database does not exist yet. */
async function unlessDatabaseIsMissing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isMissingDatabase(error)) return undefined;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** lock_not_available, https://www.postgresql.org/docs/15/errcodes-appendix.html */
function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "55P03";
}
