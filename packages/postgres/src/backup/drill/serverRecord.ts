import { escapeIdentifier, escapeLiteral } from "pg";
import { z } from "zod";

import { type Connection, withClient } from "../../connection/connection";
import type { Tenancy } from "../../rowLevelSecurity/tenancy";
import { UserError } from "../../userError";
import { parseJson } from "../pgbackrest/ownRecords";
import { type DrillRecord, drillRecord, isSound } from "./drillRecord";
import type { LastDrill } from "./lastDrills";

/**
 * The role whose comment records the last drills of a server that has no repository of ours.
 *
 * Every operator's clone and every pipeline reads the same there, the deploy role sees it in the catalog before anything changes, a
 * restored database does not bring an older one back, and only a login that may create roles can write it: not the owner.
 */
export function drilledRole({ backupRoles }: Pick<Tenancy, "backupRoles">): string {
  return backupRoles[0] ?? "";
}

/** What the comment holds: JSON, after a word for people who find it in `\du+`. */
type Recorded = Pick<LastDrill, "last" | "lastSound"> & {
  /** Rows of each tenant table in the last drill that missed none. */
  rows: Readonly<Record<string, number>>;
};

const recordedDrill: z.ZodType<Recorded> = z.object({
  last: drillRecord.nullable(),
  lastSound: z.iso.datetime().nullable(),
  rows: z.record(z.string(), z.number()),
});

const prefix = "Last restore drill: ";

/**
 * Reads a role's comment.
 *
 * @param comment null, or another than ours: no drill is recorded
 */
export function readServerRecord(comment: string | null): LastDrill & Pick<Recorded, "rows"> {
  const none = { repository: null, last: null, lastSound: null, rows: {} };
  if (comment === null || !comment.startsWith(prefix)) return none;
  return { ...none, ...parseJson(comment.slice(prefix.length), recordedDrill) };
}

/** The same, from the server. @param connection of any login */
export async function findServerRecord(
  connection: Connection,
  role: string,
): Promise<ReturnType<typeof readServerRecord>> {
  return withClient(connection, "drill", async (client) => {
    const { rows } = await client.query<{ comment: string | null }>(
      `select pg_catalog.shobj_description(oid, 'pg_authid') as comment from pg_catalog.pg_roles
        where rolname operator(pg_catalog.=) $1::pg_catalog.name`,
      [role],
    );
    return readServerRecord(rows[0]?.comment ?? null);
  });
}

/** As many faults of a drill are recorded, and as many characters of each: a comment is read with each preview. */
const recorded = { faults: 10, characters: 300 };

/**
 * Records a drill on the server that it has drilled.
 *
 * @param connection of a login that may create roles
 * @throws UserError if the role has a comment of somebody else's
 */
export async function writeServerRecord(
  connection: Connection,
  role: string,
  record: DrillRecord,
): Promise<void> {
  await withClient(connection, "drill", async (client) => {
    // Another drill may be ending at the same time.
    await client.query("begin");
    await client.query("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext($1))", [
      prefix,
    ]);
    const { rows } = await client.query<{ comment: string | null }>(
      `select pg_catalog.shobj_description(oid, 'pg_authid') as comment from pg_catalog.pg_roles
        where rolname operator(pg_catalog.=) $1::pg_catalog.name`,
      [role],
    );
    const comment = rows[0]?.comment ?? null;
    if (comment !== null && !comment.startsWith(prefix)) {
      throw new UserError(
        `The drill is not recorded: the role ${role} has a comment of its own.`,
        `Remove it: comment on role ${escapeIdentifier(role)} is null`,
      );
    }
    const before = readServerRecord(comment);
    const [latest] = record.recoveries;
    const hasAll = latest !== undefined && Object.keys(latest.rows).length > 0 && isSound(record);
    const entry: Recorded = {
      last: abridged(record),
      lastSound: isSound(record) ? record.time : before.lastSound,
      rows: hasAll ? latest.rows : before.rows,
    };
    const text = escapeLiteral(`${prefix}${JSON.stringify(entry)}`);
    await client.query(`comment on role ${escapeIdentifier(role)} is ${text}`);
    await client.query("commit");
  });
}

function abridged(record: DrillRecord): DrillRecord {
  const short = (faults: readonly string[]) =>
    faults.slice(0, recorded.faults).map((fault) => fault.slice(0, recorded.characters));
  return {
    ...record,
    faults: short(record.faults),
    recoveries: record.recoveries.map((recovery) => ({
      ...recovery,
      // They are beside it, once.
      rows: {},
      faults: short(recovery.faults),
    })),
  };
}
