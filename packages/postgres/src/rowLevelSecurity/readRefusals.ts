import type { Client } from "pg";

import type { Finding } from "../convergence/difference";
import { readLedger } from "../migrations/ledger";
import { numberOf } from "../migrations/migration";
import { readRecord } from "../schema/record/schemaRecord";
import { planRequirements } from "./planRequirements";
import { planUndeclaredTables } from "./planUndeclaredTables";
import { readTenantTables, type TableSecurity } from "./readTenantTables";
import { readUndeclaredTables } from "./readUndeclaredTables";
import type { Tenancy } from "./tenancy";

/**
 * What a person has to decide about before tenants are kept apart: tables that look like tenant tables and are not
 * declared, and what declared ones lack. Call it in a snapshot, as the owner.
 *
 * @param version Number of the last migration that there is. While some are still to come, nobody knows what tables will
 *   lack after them, so that this is not judged. Absent: none is to come.
 * @param found The declared tables, where they were read already.
 */
export async function readRefusals(
  client: Client,
  tenancy: Tenancy,
  version?: number,
  found?: readonly TableSecurity[],
): Promise<Finding[]> {
  const undeclared = planUndeclaredTables(await readUndeclaredTables(client, tenancy));
  if (version !== undefined && (await readVersion(client)) < version) return undeclared;
  const tables = found ?? (await readTenantTables(client, tenancy.tables, false));
  const lacks = (record: Parameters<typeof planRequirements>[2]) =>
    planRequirements(tenancy.tables, tables, record);
  // The record is long, and is asked only where something lacks.
  if (lacks([]).length === 0) return undeclared;
  return [...undeclared, ...lacks((await readRecord(client))?.objects ?? [])];
}

async function readVersion(client: Client): Promise<number> {
  return numberOf((await readLedger(client)).at(-1)?.name);
}
