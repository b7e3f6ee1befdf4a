import * as pulumi from "@pulumi/pulumi";

import { signer } from "hosterizer-database-client/signContext";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  describeCell,
  isLeak,
  type IsolationProof,
  type ProofCell,
} from "@hosterizer/postgres/isolation/isolationProof";
import { provenOnce, rolesToProve } from "@hosterizer/postgres/isolation/proveIsolation";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { migrator, roles } from "../database/roles";
import type { Database } from "./database";
import type { Login } from "./roles";
import { awaitOutput } from "./stackOutputs";

/** What is proven, and with which logins. */
export interface ProofArgs {
  stack: string;
  tenancy: Tenancy;
  database: Database;
  /** Logins by role. */
  logins: Readonly<Record<string, Login>>;
  /** The key that contexts are signed with, if they are. */
  contextKey?: pulumi.Output<string> | undefined;
  /** The resource that is applied last. */
  after: pulumi.Resource;
}

/**
 * Proves that no tenant sees another's rows, as the last step of an update; a preview proves nothing.
 *
 * It is not a resource: it has no state and nothing to preview. What has not changed since the last proof is not proven again.
 *
 * @throws pulumi.RunError with the attempts that got through, so that the update fails; an attempt that should succeed and does
 *   not, as after an update of a few resources, is a warning
 */
export async function proveAfterUpdate(args: ProofArgs): Promise<void> {
  // The command line brings up a server that does not answer by itself, before the update of the whole.
  const isServerAlone = process.env["HOSTERIZER_SERVER_ALONE"] !== undefined;
  if (pulumi.runtime.isDryRun() || isServerAlone) return;
  const { stack, tenancy, database, logins, contextKey, after } = args;
  const ways = Object.entries(logins).map(([role, { user, password }]) =>
    database.connect(user, password).apply((connection) => [role, connection] as const),
  );
  const [found, key] = await awaitOutput(pulumi.all([pulumi.all(ways), contextKey, after.urn]));
  const connections = new Map(found.filter(([, { password }]) => password !== undefined));
  // An update of a few resources may have nothing to prove yet.
  if (connections.size === 0) return;
  const connect = (role: string) => connectionOf(connections, role);
  const isSigned = tenancy.context === "signed";
  const request = {
    tenancy,
    strangers: rolesToProve(roles, migrator),
    connect,
    sign: isSigned ? signer(key) : undefined,
  };
  const proof = await provenOnce(request, `.hosterizer/${stack}/proven`).catch((error: unknown) => {
    // The update itself succeeded, and the next one tries again.
    const reason = error instanceof Error ? error.message : String(error);
    void pulumi.log.warn(`Tenant isolation was not proven: ${reason}`);
    return undefined;
  });
  if (proof === undefined || proof.summary.ok) return;
  const leaks = proof.cells.filter(isLeak);
  if (leaks.length > 0) throw new pulumi.RunError(renderLeaks(leaks, proof, stack));
  void pulumi.log.warn(
    `No tenant sees another's rows, but ${String(proof.summary.failed)} attempts that should succeed fail: ` +
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
    `Tenants are not isolated: ${String(leaks.length)} of ${String(summary.tried)} attempts got through.\n` +
    `${lines.slice(0, 20).join("\n")}${lines.length > 20 ? "\n  …" : ""}\n` +
    `The rest of the update is done. \`npm run db -- verify --stack ${stack}\` shows every attempt.`
  );
}
