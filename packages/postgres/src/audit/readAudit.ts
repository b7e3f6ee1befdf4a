import type { Client } from "pg";

import { inSnapshot } from "../connection/inSnapshot";
import type { Audit } from "./audit";
import { type AuditArea, auditAreas } from "./auditAreas";
import type { AuditFinding } from "./auditFinding";

/** A finding, and what looks at it again. */
interface Found {
  finding: AuditFinding;
  look: AuditArea;
}

/**
 * Everything that somebody may do, owns or has set in this database without a declaration, in one consistent snapshot.
 *
 * What whoever looks may not see is not looked at: passwords are for superusers alone.
 *
 * @param areas Default: all of them.
 */
export function readAudit(
  client: Client,
  audit: Audit,
  areas: readonly AuditArea[] = auditAreas,
): Promise<Found[]> {
  return inSnapshot(client, undefined, async (reader) => {
    // To compile the larger queries takes longer than to run them.
    await reader.query("set local jit = off");
    const found: Found[] = [];
    for (const look of areas) {
      for (const finding of await look(reader, audit)) found.push({ finding, look });
    }
    return found;
  });
}
