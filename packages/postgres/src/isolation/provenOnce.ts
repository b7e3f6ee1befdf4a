import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { catalogHash } from "../connection/catalogStamp";
import { withClient } from "../connection/connection";
import { proofCommands, proofContexts } from "./isolationProof";
import type { IsolationProof } from "./isolationProof";
import { type ProofRequest, proveIsolation } from "./proveIsolation";

/**
 * Proves a database, unless it has been proven and nothing in its catalog or roles has changed since: then the same would come
 * of it.
 *
 * @param file remembers what was proven
 * @returns undefined if there was nothing to prove
 */
export async function provenOnce(
  request: ProofRequest,
  file: string,
): Promise<IsolationProof | undefined> {
  const [looker = ""] = request.tenancy.tenantRoles;
  const more = [proofCommands, proofContexts, request.tenancy, request.strangers];
  const look = () =>
    withClient(request.connect(looker), "verify", (client) =>
      catalogHash(
        client,
        more.map((part) => JSON.stringify(part)),
      ),
    );
  const present = await look();
  if ((await readFile(file, "utf8").catch(() => "")) === present) return undefined;
  const proof = await proveIsolation(request);
  if (proof.summary.ok) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, present);
  }
  return proof;
}
