import * as pulumi from "@pulumi/pulumi";

import { signer } from "hosterizer-database-client/signContext";
import type { Database } from "./database";
import type { Login } from "./roles";
import { valueOf } from "./valueOf";
import { migrator, roles } from "../database/roles";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  describeCell,
  isLeak,
  type IsolationProof,
  type ProofCell,
} from "@hosterizer/postgres/isolation/isolationProof";
import { provenOnce, strangersAmong } from "@hosterizer/postgres/isolation/proveIsolation";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";

/** What is proven, and who asks. */
export interface ProofArgs {
  stack: string;
  tenancy: Tenancy;
  database: Database;
  /** How one logs in, by role. */
  logins: Readonly<Record<string, Login>>;
  /** What contexts are signed with, where there is a key. */
  contextKey?: pulumi.Output<string> | undefined;
  /** What stands last. */
  after: pulumi.Resource;
}

/**
 * The last step of an update, and of none that only looks: no tenant may see another's rows.
 *
 * It is no resource: it has no state, and there is nothing to preview. What is not changed since it was proven is not proven
 * again.
 *
 * @throws pulumi.RunError with the attempts that got through, so that the update fails; where something is only shut that must
 *   be open, as after an update of some resources alone, that is a warning
 */
export async function proveAfterUpdate(args: ProofArgs): Promise<void> {
  if (pulumi.runtime.isDryRun()) return;
  const { stack, tenancy, database, logins, contextKey, after } = args;
  const ways = Object.entries(logins).map(([role, { user, password }]) =>
    database.connect(user, password).apply((connection) => [role, connection] as const),
  );
  const [found, key] = await valueOf(pulumi.all([pulumi.all(ways), contextKey, after.urn]));
  const connections = new Map(found.filter(([, { password }]) => password !== undefined));
  // An update of some resources alone, as of a server that is brought up first, may come before there is anything to prove.
  if (connections.size === 0) return;
  const connect = (role: string) => connectionOf(connections, role);
  const isSigned = tenancy.context === "signed";
  const request = {
    tenancy,
    strangers: strangersAmong(roles, migrator),
    connect,
    sign: isSigned ? signer(key) : undefined,
  };
  const proof = await provenOnce(request, `.hosterizer/${stack}/proven`).catch((error: unknown) => {
    // The update itself has gone well, and the next one tries again.
    const reason = error instanceof Error ? error.message : String(error);
    void pulumi.log.warn(`Whether tenants are kept apart was not proven: ${reason}`);
    return undefined;
  });
  if (proof === undefined || proof.summary.ok) return;
  const leaks = proof.cells.filter(isLeak);
  if (leaks.length > 0) throw new pulumi.RunError(renderLeaks(leaks, proof, stack));
  void pulumi.log.warn(
    `No tenant sees another's rows, but ${String(proof.summary.failed)} attempts that must go well do not: ` +
      `npm run db -- verify --stack ${stack}`,
  );
}

function connectionOf(connections: ReadonlyMap<string, Connection>, role: string): Connection {
  const connection = connections.get(role);
  if (connection === undefined) throw new Error(`role ${role} has no login`);
  return connection;
}

function renderLeaks(
  leaks: readonly ProofCell[],
  { summary }: IsolationProof,
  stack: string,
): string {
  const lines = leaks.map((cell) => `  ${describeCell(cell)}`);
  return (
    `Tenants are not kept apart: ${String(leaks.length)} of ${String(summary.tried)} attempts got through.\n` +
    `${lines.slice(0, 20).join("\n")}${lines.length > 20 ? "\n  …" : ""}\n` +
    `All else of the update is done. \`npm run db -- verify --stack ${stack}\` shows everything that was tried.`
  );
}
