import type { Client } from "pg";

import type { Audit } from "./audit";
import type { AuditFinding } from "./auditFinding";
import { unboundGrants } from "./boundGrants";
import { planDefaultPrivileges } from "./planDefaultPrivileges";
import { planDefiners } from "./planDefiners";
import { planExtensions } from "./planExtensions";
import { planMemberships } from "./planMemberships";
import { planMissingPrivileges } from "./planMissingPrivileges";
import { planOwners } from "./planOwners";
import { planPasswords } from "./planPasswords";
import { planPrivileges } from "./planPrivileges";
import { planProgramObjects } from "./planProgramObjects";
import { planReaches } from "./planReaches";
import { planRoles } from "./planRoles";
import { planSessions } from "./planSessions";
import { planSettings } from "./planSettings";
import { planViews } from "./planViews";
import { readDefaultPrivileges } from "./readDefaultPrivileges";
import { readDefiners } from "./readDefiners";
import { readExtensions } from "./readExtensions";
import { readMemberships } from "./readMemberships";
import { readMissingPrivileges } from "./readMissingPrivileges";
import { readOwners } from "./readOwners";
import { readPasswords } from "./readPasswords";
import { readPrivileges } from "./readPrivileges";
import { readProgramObjects } from "./readProgramObjects";
import { readReaches } from "./readReaches";
import { readRoles } from "./readRoles";
import { readSessions } from "./readSessions";
import { readSettings } from "./readSettings";
import { readViews } from "./readViews";

/** Looks at one part of the access rights, whatever the number of objects: with a query or two. */
export type AuditArea = (client: Client, audit: Audit) => Promise<AuditFinding[]>;

const extensions: AuditArea = async (client, audit) =>
  planExtensions(await readExtensions(client, audit));

const missingPrivileges: AuditArea = async (client, audit) =>
  planMissingPrivileges(await readMissingPrivileges(client, unboundGrants(audit)));

/** Everything that is audited, in the order of repair: an object's owner comes before what only its owner may do. */
export const auditAreas: readonly AuditArea[] = [
  async (client, audit) => planRoles(await readRoles(client, audit), audit.roles),
  async (client, audit) => planPasswords(await readPasswords(client, audit), audit.roles),
  async (client, audit) => planSessions(await readSessions(client, audit)),
  async (client, audit) => planMemberships(await readMemberships(client, audit), audit),
  async (client, audit) =>
    planSettings(await readSettings(client, audit), audit.settings, client.database ?? ""),
  extensions,
  async (client, audit) => planOwners(await readOwners(client, audit), audit),
  async (client, audit) => planPrivileges(await readPrivileges(client, audit)),
  async (client, audit) => planDefaultPrivileges(await readDefaultPrivileges(client, audit)),
  missingPrivileges,
  async (client, audit) => planDefiners(await readDefiners(client, audit)),
  async (client, audit) => planViews(await readViews(client, audit)),
  async (client, audit) => planReaches(await readReaches(client, audit)),
  async (client) => planProgramObjects(await readProgramObjects(client)),
];

/** The areas in which a difference may let a role do more than is declared. What a role lacks is none of them. */
export const openingAreas = auditAreas.filter(
  (area) => area !== extensions && area !== missingPrivileges,
);
