import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { convergeWith, isContention } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { inSnapshot } from "../connection/inSnapshot";
import { readLedger } from "../migrations/ledger";
import { numberOf } from "../migrations/migration";
import { readSigningKeys } from "./signedContext/readSigningKeys";
import { applyContext } from "./applyRowLevelSecurity";
import { canBeTenant } from "./canBeTenant";
import { planContextFunctions } from "./planContextFunctions";
import { planPolicies } from "./planPolicies";
import { planTableSecurity } from "./planTableSecurity";
import { readContextFunctions } from "./readContextFunctions";
import { readTenantTables, type TableSecurity } from "./readTenantTables";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/** What is to hold, and how far the migrations are to be. */
export interface WantedClosure extends RowLevelSecurity {
  /** Number of the last migration that is to be applied; 0: none is. */
  version: number;
}

interface OpenTable {
  table: TableSecurity;
  /** What shows somebody more rows than is declared. */
  findings: Finding[];
}

/** What was closed, and what could not be, each with the error that it failed with. */
export interface Closing {
  closed: Finding[];
  left: { findings: Finding[]; error: unknown }[];
}

/** What of row-level security is open. */
interface Openings {
  /** About the functions that policies call; none while what they rely on is still to come. */
  context: Finding[];
  tables: OpenTable[];
}

/**
 * Where the live database shows rows to somebody who is not to see them: row-level security that is off, policies that
 * are not as declared, functions that tell the wrong customer. Changes nothing.
 *
 * A policy that is missing shows nobody a row, and is not among them.
 */
export async function readOpenTables(client: Client, wanted: WantedClosure): Promise<Finding[]> {
  const { context, tables } = await readOpenings(client, wanted);
  return [...context, ...tables.flatMap(({ findings }) => findings)];
}

/**
 * Closes them, one table a transaction; one that cannot be closed keeps no other open.
 *
 * What a table's declared policies rely on may be what a later step of the update brings back. Then what opens it goes, and
 * nobody sees its rows until that step.
 */
export async function closeTables(connection: Connection, wanted: WantedClosure): Promise<Closing> {
  return withClient(connection, "lockdown", async (client) => {
    const closing: Closing = { closed: [], left: [] };
    const attempt = async (findings: Finding[], close: () => Promise<Finding[]>) => {
      try {
        closing.closed.push(...(await close()));
      } catch (error) {
        closing.left.push({ findings, error });
      }
    };
    const { context, tables } = await readOpenings(client, wanted);
    if (context.length > 0) {
      await attempt(context, async () => {
        await applyContext(client, wanted);
        return context;
      });
    }
    // Functions that were made again have taken the policies that call them along.
    const open = context.length > 0 ? (await readOpenings(client, wanted)).tables : tables;
    for (const { table, findings } of open) {
      await attempt(findings, () => closeTable(client, table, wanted));
    }
    return closing;
  });
}

async function readOpenings(client: Client, wanted: WantedClosure): Promise<Openings> {
  const { tenancy, owner, version } = wanted;
  // The ledger is the owner's to replace: one that tells nothing keeps no table open.
  const applied = await inSnapshot(client, owner, readLedger).catch(() => undefined);
  const pending = applied !== undefined && numberOf(applied.at(-1)?.name) < version;
  return inSnapshot(client, owner, async () => {
    const functions = planContextFunctions(await readContextFunctions(client), tenancy, owner);
    const known = tenancy.context !== "signed" || Boolean((await readSigningKeys(client))?.length);
    const tables = await readTenantTables(client, tenancy.tables);
    return {
      context: known ? functions.filter(({ actual }) => actual !== null) : [],
      tables: tables
        .map((table) => ({ table, findings: openingsOf(table, wanted, pending) }))
        .filter(({ findings }) => findings.length > 0),
    };
  });
}

/** @param pending Whether migrations are still to come, which may make the table a tenant table, or fill it first. */
function openingsOf(table: TableSecurity, wanted: RowLevelSecurity, pending: boolean): Finding[] {
  if (pending && !canBeTenant(table)) return [];
  // As a migration leaves a new table: closed, and open to its owner, who fills it.
  const isNew = pending && table.policies.length === 0;
  return planTableSecurity(table, wanted).filter(
    ({ kind, repair }) =>
      repair === "automatic" &&
      kind !== "policy missing" &&
      !(isNew && kind === "row-level security not forced"),
  );
}

async function closeTable(
  client: Client,
  { schema, table, column }: TableSecurity,
  wanted: RowLevelSecurity,
): Promise<Finding[]> {
  const converge = (plan: (found: TableSecurity, wanted: RowLevelSecurity) => Finding[]) =>
    convergeWith(client, wanted, async () => {
      const found = await readTenantTables(client, [{ schema, table, column }], false);
      return found.flatMap((table) => plan(table, wanted));
    });
  try {
    return (await converge(planTableSecurity)).filter(({ kind }) => kind !== "policy missing");
  } catch (error) {
    if (!(error instanceof DatabaseError) || isContention(error)) throw error;
    return converge(shut);
  }
}

/** Only what closes: enabled and forced, and without the policies that are not as declared. */
function shut(found: TableSecurity, wanted: RowLevelSecurity): Finding[] {
  const findings = planTableSecurity(found, wanted);
  const drops = planPolicies(found.policies, [], found.quoted_table);
  return [
    ...findings.filter(({ kind }) => kind.startsWith("row-level security")),
    ...drops.flatMap(({ object, sql = "" }) => {
      const differing = findings.find((finding) => finding.object === object);
      return differing === undefined ? [] : [{ ...differing, sql }];
    }),
  ];
}
