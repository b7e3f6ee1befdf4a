import { type Client, DatabaseError } from "pg";

import { migratorKind } from "../access/migratorAccess";
import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { convergeWith } from "../convergence/converge";
import { type Finding, renderDifference } from "../convergence/difference";
import {
  inspectStoredValues,
  type sensitiveColumnKinds,
} from "../rowLevelSecurity/sensitiveColumns";
import type { DeclaredAccess } from "./declaredAccess";
import { defaultPrivilegeKinds, inspectDefaultPrivileges } from "./defaultPrivileges";
import { extensionKinds, inspectExtensions } from "./extensions";
import { facilityKinds, inspectFacilities } from "./facilities";
import { functionKinds, inspectFunctions } from "./functions";
import { inspectMemberships, membershipKinds } from "./memberships";
import { inspectMissingPrivileges, missingPrivilegeKinds } from "./missingPrivileges";
import { inspectOwners, ownerKinds } from "./owners";
import { inspectPasswords, passwordKinds } from "./passwords";
import { inspectPrivileges, privilegeKinds } from "./privileges";
import { inspectProgramObjects, programObjectKinds } from "./programObjects";
import { inspectForeignDependencies, foreignDependencyKinds } from "./reaches";
import { inspectRoles, roleAttributeKinds, roleLimitKinds } from "./roles";
import { inspectSessions, sessionKinds } from "./sessions";
import { declaredSettingKinds, inspectSettings, undeclaredSettingKinds } from "./settings";
import { inspectUncheckedDatabases } from "./uncheckedDatabases";
import { inspectViews, viewKinds } from "./views";

/** Every kind of difference in access rights. */
export const accessKinds = [
  migratorKind,
  ...privilegeKinds,
  ...defaultPrivilegeKinds,
  ...missingPrivilegeKinds,
  ...membershipKinds,
  ...roleAttributeKinds,
  ...roleLimitKinds,
  ...passwordKinds,
  ...ownerKinds,
  ...functionKinds,
  ...viewKinds,
  ...foreignDependencyKinds,
  ...programObjectKinds,
  ...facilityKinds,
] as const;

/** Every kind of difference in settings and extensions. */
export const settingKinds = [
  ...undeclaredSettingKinds,
  ...declaredSettingKinds,
  ...extensionKinds,
] as const;

export type AuditKind =
  | (typeof accessKinds)[number]
  | (typeof settingKinds)[number]
  | (typeof sessionKinds)[number]
  // The audit repairs them where it may; row-level security does otherwise.
  | (typeof sensitiveColumnKinds)[number];

type AuditFinding = Finding<AuditKind>;

/** Reads one area of the access rights and plans its repair, with one or two queries whatever the number of objects. */
type AuditArea = (client: Client, access: DeclaredAccess) => Promise<AuditFinding[]>;

/** Every audited area, in the order of repair: an object gets its owner before what only its owner may do. */
const auditAreas: readonly AuditArea[] = [
  inspectRoles,
  inspectPasswords,
  inspectSessions,
  inspectMemberships,
  inspectSettings,
  inspectExtensions,
  inspectOwners,
  inspectPrivileges,
  inspectFacilities,
  inspectUncheckedDatabases,
  inspectDefaultPrivileges,
  inspectMissingPrivileges,
  inspectFunctions,
  inspectViews,
  inspectForeignDependencies,
  inspectProgramObjects,
  (client, { tenancy }) => inspectStoredValues(client, tenancy),
];

/** The areas in which a difference may let a role do more than is declared. */
export const openingAreas = auditAreas.filter(
  (area) => area !== inspectExtensions && area !== inspectMissingPrivileges,
);

/** A finding, and the area that found it. */
interface AreaFinding {
  finding: AuditFinding;
  area: AuditArea;
}

/**
 * What roles may do, own or have set in this database without a declaration, in one consistent snapshot.
 *
 * Areas that the session may not read are left out: only superusers may read passwords.
 *
 * @param areas Default: all of them.
 */
export function readAudit(
  client: Client,
  access: DeclaredAccess,
  areas: readonly AuditArea[] = auditAreas,
): Promise<AreaFinding[]> {
  return inSnapshot(client, undefined, async (reader) => {
    // JIT compilation of the larger queries takes longer than running them.
    await reader.query("set local jit = off");
    const found: AreaFinding[] = [];
    for (const area of areas) {
      for (const finding of await area(reader, access)) found.push({ finding, area });
    }
    return found;
  });
}

/** Differences in access rights that could not be repaired. */
class AuditError extends Error {
  override readonly name = "AuditError";

  constructor(findings: readonly AuditFinding[], cause?: unknown) {
    const why = cause instanceof Error ? `: ${cause.message}` : "; the repair has no effect";
    super(
      [
        `these access rights could not be repaired${why}`,
        ...findings.map((finding) => `- ${renderDifference(finding)}`),
        ...findings.flatMap(({ sql }) => (sql === undefined ? [] : [`  ${sql}`])),
        "Run these statements as a superuser, or find out who locks the object, and run `npm run up` again.",
      ].join("\n"),
      { cause },
    );
  }
}

/** What was repaired, in order, and one error for each object whose repair failed. */
interface AuditRepair {
  repaired: AuditFinding[];
  failures: unknown[];
}

/**
 * Repairs what the audit finds, where the repair is automatic.
 *
 * @throws AuditError if a repair fails or has no effect, after all other repairs: one failure keeps no other hole open.
 */
export async function repairAudit(connection: Connection, access: DeclaredAccess): Promise<void> {
  const { failures } = await repairAreas(connection, access, auditAreas, () => true);
  for (const failure of failures) throw failure;
}

/** One repair may bring up another, as a new owner its missing privileges. More passes than this are never needed. */
const maxPasses = 4;

/**
 * Repairs the selected findings of some areas: one transaction for each object, which inspects the object again, so that a
 * concurrent change gets the right repair or none. A repair that fails does not prevent the others.
 */
export async function repairAreas(
  connection: Connection,
  access: DeclaredAccess,
  areas: readonly AuditArea[],
  isSelected: (finding: AuditFinding) => boolean,
): Promise<AuditRepair> {
  const isDue = (finding: AuditFinding) => isRepairable(finding) && isSelected(finding);
  return withClient(connection, "access-audit", async (client) => {
    const repaired: AuditFinding[] = [];
    const failures = new Map<string, unknown>();
    for (let pass = 1; ; pass++) {
      const found = await readAudit(client, access, areas);
      const due = found.filter(({ finding }) => isDue(finding) && !failures.has(finding.object));
      if (due.length === 0) break;
      if (pass > maxPasses) {
        failures.set("", new AuditError(due.map(({ finding }) => finding)));
        break;
      }
      for (const object of new Set(due.map(({ finding }) => finding.object))) {
        const affected = due.filter(({ finding }) => finding.object === object);
        const areasOfObject = [...new Set(affected.map(({ area }) => area))];
        try {
          repaired.push(
            ...(await repairObject(client, connection.user, object, areasOfObject, access, isDue)),
          );
        } catch (error) {
          failures.set(object, error);
        }
      }
    }
    return { repaired, failures: [...failures.values()] };
  });
}

/** A finding without SQL is another resource's to repair. */
function isRepairable({ repair, sql }: AuditFinding): boolean {
  return repair === "automatic" && sql !== undefined;
}

async function repairObject(
  client: Client,
  login: string,
  object: string,
  areas: readonly AuditArea[],
  access: DeclaredAccess,
  isDue: (finding: AuditFinding) => boolean,
): Promise<AuditFinding[]> {
  let planned: AuditFinding[] = [];
  try {
    await convergeWith(client, { owner: login }, async () => {
      planned = [];
      for (const area of areas) {
        const found = await area(client, access);
        planned.push(...found.filter((finding) => finding.object === object && isDue(finding)));
      }
      return planned;
    });
    return planned;
  } catch (error) {
    // Another session dropped or renamed the object after the inspection: the next pass reads what is there now.
    if (error instanceof DatabaseError && missingObject.has(error.code ?? "")) return [];
    throw new AuditError(planned, error);
  }
}

// undefined_table, undefined_function, undefined_object, undefined_column, invalid_schema_name
const missingObject = new Set(["42P01", "42883", "42704", "42703", "3F000"]);
