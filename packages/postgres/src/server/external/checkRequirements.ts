import { escapeIdentifier } from "pg";

import type { ExtensionDeclaration } from "../../access/declarations";
import type { ExternalServer } from "./externalServer";

/** What a fact about an existing server means for the database to be created in it. */
export interface ServerFinding {
  level: "refusal" | "warning";
  /** Where: `server_version`, `max_connections`, `role deploy`. */
  subject: string;
  /** What was found, and why it is a problem. */
  fault: string;
  remedy: string;
}

/** What the stack needs of the server. */
interface Requirements {
  /** Name of the role that deploys. */
  deployRole: string;
  database: string;
  owner: string;
  extensions: readonly ExtensionDeclaration[];
  /** The most connections that applications and poolers open, together. */
  applicationConnections: number;
}

/** Connections for migrations, monitoring, dumps and operators, besides the applications'. */
const ownConnections = 10;

/** Which requirements an existing server does not meet. */
export function checkRequirements(found: ExternalServer, wanted: Requirements): ServerFinding[] {
  return [
    ...version(found),
    ...role(found, wanted),
    ...database(found, wanted),
    ...connections(found, wanted),
    ...durability(found),
    ...libraries(found),
    ...extensions(found, wanted),
  ];
}

/** The declared extensions that exist or that the deploy role may create. */
export function possibleExtensions(
  found: ExternalServer,
  declared: readonly ExtensionDeclaration[],
): ExtensionDeclaration[] {
  return declared.filter(({ name }) => {
    if (found.installed.includes(name)) return true;
    const available = found.extensions.find((extension) => extension.name === name);
    if (available === undefined) return false;
    return available.trusted || found.privileged || found.deployRole.superuser;
  });
}

function version({ versionNumber, version: name }: ExternalServer): ServerFinding[] {
  const major = Math.floor(versionNumber / 10_000);
  if (major === 15) return [];
  const fault = `PostgreSQL ${name}: this project supports PostgreSQL 15 only: it compares the catalog with what that version prints`;
  const remedy = major < 15 ? "Upgrade the server to 15" : "Use a server of version 15";
  return [{ level: "refusal", subject: "server_version", fault, remedy }];
}

function role({ deployRole, database }: ExternalServer, wanted: Requirements): ServerFinding[] {
  const subject = `role ${wanted.deployRole}`;
  if (deployRole.superuser) {
    const fault = "is a superuser: LOGIN, CREATEDB and CREATEROLE are enough";
    const remedy = "Deploy as a role with only the privileges that it needs; see docs/superuser.md";
    return [{ level: "warning", subject, fault, remedy }];
  }
  const lacks = [
    ...(deployRole.createsRoles ? [] : ["CREATEROLE"]),
    ...(deployRole.createsDatabases || database !== null ? [] : ["CREATEDB"]),
  ];
  if (lacks.length === 0) return [];
  const statement = `alter role ${escapeIdentifier(wanted.deployRole)} ${lacks.join(" ").toLowerCase()}`;
  const fault = `has no ${lacks.join(" and no ")}`;
  return [{ level: "refusal", subject, fault, remedy: `Have a superuser run: ${statement}` }];
}

function database({ database: found }: ExternalServer, wanted: Requirements): ServerFinding[] {
  if (found === null) return [];
  const { encoding, collation, ctype } = found;
  if (encoding === "UTF8" && collation === "C" && ctype === "C") return [];
  const fault = `has encoding ${encoding}, collation ${collation} and character type ${ctype}, but needs UTF8, C and C, which can't be changed later`;
  const remedy =
    "Set hosterizer-database:database to an unused name, or dump, drop and reload it by hand";
  return [{ level: "refusal", subject: `database ${wanted.database}`, fault, remedy }];
}

function connections(
  { connections: available }: ExternalServer,
  wanted: Requirements,
): ServerFinding[] {
  const { applicationConnections } = wanted;
  const needed = applicationConnections + ownConnections;
  if (available >= needed) return [];
  const subject = "max_connections";
  const found = `leaves ${available} connections for roles that are not superusers`;
  if (available < applicationConnections) {
    const fault = `${found}, and applications open up to ${applicationConnections} (hosterizer-database:applicationConnections)`;
    const remedy = "Raise it, add a pooler, or lower that setting";
    return [{ level: "refusal", subject, fault, remedy }];
  }
  const fault = `${found}: applications open up to ${applicationConnections}, and migrations, monitoring and dumps need about ${ownConnections} more`;
  return [{ level: "warning", subject, fault, remedy: `Raise it to ${needed} or more` }];
}

function durability({ walLevel, checksums }: ExternalServer): ServerFinding[] {
  const findings: ServerFinding[] = [];
  if (walLevel === "minimal") {
    const fault = "is minimal, which allows no standby and no point-in-time recovery";
    findings.push({ level: "warning", subject: "wal_level", fault, remedy: "Set it to replica" });
  }
  if (!checksums) {
    const fault = "is off: corrupted pages are not detected";
    const remedy = "Turn it on with pg_checksums while the server is stopped";
    findings.push({ level: "warning", subject: "data_checksums", fault, remedy });
  }
  return findings;
}

function libraries({ preloaded }: ExternalServer): ServerFinding[] {
  if (preloaded === null || preloaded.includes("pg_stat_statements")) return [];
  const fault = "lacks pg_stat_statements: `npm run db -- status` shows no slowest statements";
  const remedy = "Add it, and restart the server; see docs/superuser.md";
  return [{ level: "warning", subject: "shared_preload_libraries", fault, remedy }];
}

function extensions(found: ExternalServer, wanted: Requirements): ServerFinding[] {
  const possible = new Set(possibleExtensions(found, wanted.extensions));
  return wanted.extensions
    .filter((declared) => !possible.has(declared))
    .map((declared) => {
      const subject = `extension ${declared.name}`;
      const isAvailable = found.extensions.some(({ name }) => name === declared.name);
      if (!isAvailable) {
        const fault = `is not available on the server (${declared.purpose}): it is left out`;
        return { level: "warning", subject, fault, remedy: "Install its package on the server" };
      }
      const statements = extensionStatements(declared, wanted).join("; ");
      const fault = `only a superuser can create it (${declared.purpose}): it is left out`;
      const remedy = `Once the database exists, have a superuser run in it: ${statements}`;
      return { level: "warning", subject, fault, remedy };
    });
}

/** What a superuser runs in the stack's database for an extension that only a superuser may create. */
export function extensionStatements(
  { name, schema }: ExtensionDeclaration,
  { owner }: { owner: string },
): string[] {
  const identifier = escapeIdentifier(schema);
  return [
    `create schema if not exists ${identifier} authorization ${escapeIdentifier(owner)}`,
    `create extension ${escapeIdentifier(name)} schema ${identifier}`,
  ];
}
