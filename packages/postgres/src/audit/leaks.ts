import type { Difference } from "../convergence/difference";
import { poolerKinds } from "../pooler/userLookup";
import { rowLevelSecurityKinds } from "../rowLevelSecurity/rowLevelSecurity";
import { accessKinds } from "./audit";
import { roleAttributeKinds } from "./roles";
import { sessionKinds } from "./sessions";
import { undeclaredSettingKinds } from "./settings";

type Kind = Difference["kind"];

/** Kinds about who may see or do what. Each opens something where it reports what is there, unless it is in `harmless`. */
const aboutAccess: ReadonlySet<Kind> = new Set<Kind>([
  ...rowLevelSecurityKinds,
  ...accessKinds,
  ...sessionKinds,
  ...poolerKinds,
  "signing key added",
  "signing key changed",
  "connection rule added",
  "connection rule order",
]);

/** Kinds about access that take something away, or that concern something else. */
const harmless: ReadonlySet<Kind> = new Set<Kind>([
  "context function missing",
  "tenant column without NOT NULL",
  "tenant column without index",
  "tenant column without foreign key",
  "login of the migrator",
  "privilege missing",
  "facility missing",
  "default privilege missing",
  "role CONNECTION LIMIT",
  "role VALID UNTIL",
  "foreign key of others",
  "subscription",
  "lookup function missing",
]);

const roleAttributes: ReadonlySet<Kind> = new Set<Kind>(roleAttributeKinds);
const settings: ReadonlySet<Kind> = new Set<Kind>(undeclaredSettingKinds);

/** Whether a difference lets a tenant see another's rows, or lets a role do more than is declared. */
export function isLeak({ kind, object, expected, actual }: Difference): boolean {
  // What is missing may have kept others out.
  if (kind === "connection rule missing") return true;
  if (kind === "policy missing") return expected?.startsWith("RESTRICTIVE") ?? false;
  if (actual === null) return false;
  if (kind === "policy permissive") return actual === "PERMISSIVE";
  if (kind === "role password") return actual !== "no password";
  // SUPERUSER and NOSUPERUSER, for example.
  if (roleAttributes.has(kind)) return !actual.startsWith("NO");
  // With these variables a session says whose rows it asks for.
  if (settings.has(kind)) return /^setting app\./.test(object);
  return aboutAccess.has(kind) && !harmless.has(kind);
}
