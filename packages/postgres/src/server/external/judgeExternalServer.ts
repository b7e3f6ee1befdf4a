import { escapeIdentifier } from "pg";

import type { ExtensionDeclaration } from "../../access/declarations";
import type { ExternalServer } from "./readExternalServer";
import { extensionStatements } from "./superuserStatements";

/** What one fact about an existing server means for the database that is to be made in it. */
export interface ServerFinding {
  level: "refusal" | "warning";
  /** Where: `server_version`, `max_connections`, `role deploy`. */
  subject: string;
  /** What was found, and why that does not fit. */
  fault: string;
  remedy: string;
}

/** What it is to be good for. */
export interface ServerWishes {
  /** Name of the role that deploys. */
  deployRole: string;
  database: string;
  owner: string;
  extensions: readonly ExtensionDeclaration[];
  /** How many connections applications and poolers open at most, together. */
  applicationConnections: number;
}

/** What migrations, monitoring, dumps and whoever looks at the database need besides the applications. */
const ownConnections = 10;

/** Judges an existing server. What fits is not mentioned. */
export function judgeExternalServer(found: ExternalServer, wishes: ServerWishes): ServerFinding[] {
  return [
    ...version(found),
    ...role(found, wishes),
    ...database(found, wishes),
    ...connections(found, wishes),
    ...durability(found),
    ...libraries(found),
    ...extensions(found, wishes),
  ];
}

/** Which of the declared extensions this server lets us have: those that are there, and those that we may create. */
export function possibleExtensions(
  found: ExternalServer,
  declared: readonly ExtensionDeclaration[],
): ExtensionDeclaration[] {
  return declared.filter(({ name }) => {
    if (found.installed.includes(name)) return true;
    const brought = found.extensions.find((its) => its.name === name);
    if (brought === undefined) return false;
    return brought.trusted || found.privileged || found.deployRole.superuser;
  });
}

function version({ versionNumber, version: name }: ExternalServer): ServerFinding[] {
  const major = Math.floor(versionNumber / 10_000);
  if (major === 15) return [];
  const fault = `PostgreSQL ${name}: this database is made for PostgreSQL 15, and compares itself with what that says`;
  const remedy = major < 15 ? "Upgrade the server to 15" : "Use a server of version 15";
  return [{ level: "refusal", subject: "server_version", fault, remedy }];
}

function role({ deployRole, database }: ExternalServer, wishes: ServerWishes): ServerFinding[] {
  const subject = `role ${wishes.deployRole}`;
  if (deployRole.superuser) {
    const fault = "is a superuser: LOGIN, CREATEDB and CREATEROLE are enough";
    const remedy = "Deploy as a role that can do no more than it has to; see docs/superuser.md";
    return [{ level: "warning", subject, fault, remedy }];
  }
  const lacks = [
    ...(deployRole.createsRoles ? [] : ["CREATEROLE"]),
    ...(deployRole.createsDatabases || database !== null ? [] : ["CREATEDB"]),
  ];
  if (lacks.length === 0) return [];
  const statement = `alter role ${escapeIdentifier(wishes.deployRole)} ${lacks.join(" ").toLowerCase()}`;
  const fault = `has no ${lacks.join(" and no ")}`;
  return [{ level: "refusal", subject, fault, remedy: `Have a superuser run: ${statement}` }];
}

function database({ database: found }: ExternalServer, wishes: ServerWishes): ServerFinding[] {
  if (found === null) return [];
  const { encoding, collation, ctype } = found;
  if (encoding === "UTF8" && collation === "C" && ctype === "C") return [];
  const fault = `has encoding ${encoding}, collation ${collation} and character type ${ctype}, and is to have UTF8, C and C: they can't be changed`;
  const remedy =
    "Set hosterizer-database:database to a name that is not taken, or dump, drop and load it by hand";
  return [{ level: "refusal", subject: `database ${wishes.database}`, fault, remedy }];
}

function connections(
  { connections: there }: ExternalServer,
  wishes: ServerWishes,
): ServerFinding[] {
  const { applicationConnections: wanted } = wishes;
  const whole = wanted + ownConnections;
  if (there >= whole) return [];
  const subject = "max_connections";
  const found = `leaves ${there} connections to roles that are no superusers`;
  if (there < wanted) {
    const fault = `${found}, and applications open up to ${wanted} (hosterizer-database:applicationConnections)`;
    const remedy = "Raise it, put a pooler between, or lower that setting";
    return [{ level: "refusal", subject, fault, remedy }];
  }
  const fault = `${found}: applications open up to ${wanted}, and migrations, monitoring and dumps need some ${ownConnections} more`;
  return [{ level: "warning", subject, fault, remedy: `Raise it to ${whole} or more` }];
}

function durability({ walLevel, checksums }: ExternalServer): ServerFinding[] {
  const findings: ServerFinding[] = [];
  if (walLevel === "minimal") {
    const fault = "is minimal: there can be no standby, and no backup to a point in time";
    findings.push({ level: "warning", subject: "wal_level", fault, remedy: "Set it to replica" });
  }
  if (!checksums) {
    const fault = "is off: a broken page is not noticed when it is read";
    const remedy = "Turn it on with pg_checksums, while the server is stopped";
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

function extensions(found: ExternalServer, wishes: ServerWishes): ServerFinding[] {
  const possible = new Set(possibleExtensions(found, wishes.extensions));
  return wishes.extensions
    .filter((declared) => !possible.has(declared))
    .map((declared) => {
      const subject = `extension ${declared.name}`;
      const isThere = found.extensions.some(({ name }) => name === declared.name);
      if (!isThere) {
        const fault = `is not among those that the server brings (${declared.purpose}): it is left out`;
        return { level: "warning", subject, fault, remedy: "Install its package on the server" };
      }
      const statements = extensionStatements(declared, wishes).join("; ");
      const fault = `only a superuser can create it (${declared.purpose}): it is left out`;
      const remedy = `Once the database is there, have a superuser run in it: ${statements}`;
      return { level: "warning", subject, fault, remedy };
    });
}
