import type { Client } from "pg";

import type { Finding } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const foreignDependencyKinds = [
  "foreign key of others",
  "publication",
  "subscription",
  "login past row-level security",
] as const;

type ReachKind = (typeof foreignDependencyKinds)[number];

/** Something that others created and that reaches this stack's data. */
interface Reach {
  kind: ReachKind;
  /** `publication everything` */
  object: string;
  found: string;
}

/** One finding for each. All are left alone, because others created them and may need them. */
export async function inspectForeignDependencies(
  client: Client,
  access: DeclaredAccess,
): Promise<Finding<ReachKind>[]> {
  const { roles, schemas, tables } = scopeOf(access);
  const values = [roles, schemas, tables, providerRoles];
  const { rows } = await client.query<Reach>(readSql(__dirname, "reaches"), values);
  return rows.map(({ kind, object, found: actual }) => ({
    kind,
    object,
    expected: null,
    actual,
    reason: reasons[kind],
    repair: "none",
  }));
}

const reasons: Readonly<Record<ReachKind, string>> = {
  "foreign key of others":
    "it prevents rows of ours from being deleted, and reveals which keys exist",
  publication: "its subscribers receive the rows of every tenant",
  subscription: "another server writes to this database",
  "login past row-level security": "it sees every tenant's rows",
};

/**
 * Login roles of the providers of managed servers (Amazon RDS and Aurora, Google Cloud SQL and AlloyDB, Azure). They are
 * superusers or have BYPASSRLS, for backup and replication, and customers cannot change them.
 */
const providerRoles: readonly string[] = [
  "rdsadmin",
  "rdsrepladmin",
  "rdsproxyadmin",
  "cloudsqladmin",
  "cloudsqlagent",
  "cloudsqlimportexport",
  "cloudsqlobservabilityadmin",
  "cloudsqlreplica",
  "alloydbadmin",
  "alloydbagent",
  "alloydbobservability",
  "azuresu",
  "replication",
];
