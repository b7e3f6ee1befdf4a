import { escapeIdentifier } from "pg";

import { unrecordedFinding } from "../../migrations/unrecordedRelations";
import type { ServerFinding } from "./checkRequirements";
import { membershipStatement } from "./deployAccess";
import type { ExternalServer } from "./externalServer";

/** Objects on the server that a stack owns according to its state, including what a killed update may have created. */
export interface OwnObjects {
  roles: ReadonlySet<string>;
  databases: ReadonlySet<string>;
}

/** What the stack is about to own. */
export interface Claim {
  stack: string;
  database: string;
  owner: string;
  deployRole: string;
}

type Found = Pick<
  ExternalServer,
  "actsAsOwner" | "database" | "roles" | "ownedDatabases" | "schemas" | "unrecorded"
>;

/**
 * Declared objects that already exist on the server and are not this stack's: PostgreSQL would refuse to create a role or a
 * database a second time, halfway through an update.
 */
export function findConflicts(found: Found, own: OwnObjects, claim: Claim): ServerFinding[] {
  const takenDatabase =
    found.database !== null &&
    !own.databases.has(claim.database) &&
    !isLeftBehind(found, own, claim);
  return [
    ...roles(found, own, claim),
    ...(takenDatabase ? [...database(found, claim), ...unrecorded(found, claim)] : []),
    ...(takenDatabase ? [] : [...membership(found, claim), ...schemas(found, own, claim)]),
  ];
}

/**
 * Whether the database is one that this stack created and left behind: its owner is this stack's role, but the state has
 * another database by now.
 */
export function isLeftBehind(
  { database: found }: Pick<Found, "database">,
  own: OwnObjects,
  { database: name, owner }: Pick<Claim, "database" | "owner">,
): boolean {
  return found?.owner === owner && own.roles.has(owner) && !own.databases.has(name);
}

function roles({ roles: existing, ownedDatabases }: Found, own: OwnObjects, claim: Claim) {
  const taken = existing.filter((name) => !own.roles.has(name));
  if (taken.length === 0) return [];
  const others = ownedDatabases.filter(
    (name) => !own.databases.has(name) && name !== claim.database,
  );
  const used =
    others.length === 0 || !taken.includes(claim.owner)
      ? ""
      : `; ${claim.owner} owns the database ${others.join(", ")}, so they are another stack's`;
  const remedy =
    used === ""
      ? `${adopt(claim)}. Otherwise use another server: roles belong to the whole server`
      : "Use another server: roles belong to the whole server, and two stacks cannot share them";
  return [
    refusal(
      `${counted("role", taken)} ${taken.join(", ")}`,
      `${exist(taken, claim)}${used}`,
      remedy,
    ),
  ];
}

function database({ database: found, schemas: existing }: Found, claim: Claim): ServerFinding[] {
  const within = existing.map(({ name }) => name);
  const schemasOf =
    within.length === 0 ? "" : `, and has the ${counted("schema", within)} ${within.join(", ")}`;
  const fault = `${exist([claim.database], claim)}; it belongs to ${found?.owner ?? ""}${schemasOf}`;
  const another = "Set hosterizer-database:database to an unused name";
  const remedy = mayAdopt(found, claim)
    ? `${another}. ${adopt(claim)}`
    : `${another}, and load its rows there (docs/operate.md, Dump and load)`;
  return [refusal(`database ${claim.database}`, fault, remedy)];
}

/** Whether the stack can adopt a database: the deploy role can only give the owner what it owns itself. */
export function mayAdopt(
  found: Found["database"],
  { owner, deployRole }: Pick<Claim, "owner" | "deployRole">,
): boolean {
  return found === null || found.owner === owner || found.owner === deployRole;
}

/** Only members of the owner may connect to the database, so without membership nothing in it can be inspected. */
function membership({ actsAsOwner, database: found }: Found, claim: Claim): ServerFinding[] {
  const { deployRole, owner, database: name } = claim;
  if (actsAsOwner || found?.owner !== owner) return [];
  const fault = `is not a member of ${owner}, which owns the database ${name}, so it cannot connect to it`;
  const remedy = `Run as ${deployRole}, or as a superuser: ${membershipStatement(claim)}`;
  return [refusal(`role ${deployRole}`, fault, remedy)];
}

/** A schema that the owner owns is adopted, such as one that a superuser created for an extension. */
function schemas({ schemas: existing }: Found, own: OwnObjects, { database: name, owner }: Claim) {
  return existing
    .filter((schema) => schema.owner !== owner || !own.roles.has(owner))
    .map((schema) => {
      const fault = `belongs to ${schema.owner}, but should belong to ${owner}`;
      const statement = `alter schema ${escapeIdentifier(schema.name)} owner to ${escapeIdentifier(owner)}`;
      const remedy = `Drop it, or have a superuser run in the database ${name}: ${statement}`;
      return refusal(`schema ${schema.name}`, fault, remedy);
    });
}

/** In the stack's own database the migrations refuse by themselves, once they have created an empty ledger. */
function unrecorded({ unrecorded: relations }: Found, { database: name }: Claim): ServerFinding[] {
  if (relations.length === 0) return [];
  return [{ level: "refusal", ...unrecordedFinding(name, relations) }];
}

function exist(names: readonly string[], { stack }: Claim): string {
  const [exists, has] = names.length === 1 ? ["exists already", "it"] : ["exist already", "them"];
  return `${exists}, and the state of stack ${stack} does not have ${has}`;
}

function adopt({ stack, database: name }: Claim): string {
  return `If this stack created them and its state was lost, take them over: npm run up -- --stack ${stack} --adopt ${name}`;
}

function counted(noun: string, names: readonly string[]): string {
  return names.length === 1 ? noun : `${noun}s`;
}

function refusal(subject: string, fault: string, remedy: string): ServerFinding {
  return { level: "refusal", subject, fault, remedy };
}
