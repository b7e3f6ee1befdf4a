import { escapeIdentifier } from "pg";

import { unrecordedFinding } from "../../migrations/unrecordedRelations";
import type { ServerFinding } from "./judgeExternalServer";
import { joinStatement } from "./ownerMembership";
import type { ExternalServer } from "./readExternalServer";

/** The names of what a stack's state has in the server, what a killed update may have made included. */
export interface OwnObjects {
  roles: ReadonlySet<string>;
  databases: ReadonlySet<string>;
}

/** What the stack wants to be its own. */
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
 * What is in the server already, is declared, and is not this stack's: PostgreSQL would refuse to make a role or a database a
 * second time, halfway through an update.
 */
export function judgeConflicts(found: Found, own: OwnObjects, claim: Claim): ServerFinding[] {
  const takenDatabase =
    found.database !== null && !own.databases.has(claim.database) && !wasOwn(found, own, claim);
  return [
    ...roles(found, own, claim),
    ...(takenDatabase ? [...database(found, claim), ...unrecorded(found, claim)] : []),
    ...(takenDatabase ? [] : [...membership(found, claim), ...schemas(found, own, claim)]),
  ];
}

/**
 * Whether the database is one that this stack has made and left behind: it belongs to the role that is this stack's, and the
 * state has another database by now.
 */
export function wasOwn(
  { database: found }: Pick<Found, "database">,
  own: OwnObjects,
  { database: name, owner }: Pick<Claim, "database" | "owner">,
): boolean {
  return found?.owner === owner && own.roles.has(owner) && !own.databases.has(name);
}

function roles({ roles: there, ownedDatabases }: Found, own: OwnObjects, claim: Claim) {
  const taken = there.filter((name) => !own.roles.has(name));
  if (taken.length === 0) return [];
  const others = ownedDatabases.filter(
    (name) => !own.databases.has(name) && name !== claim.database,
  );
  const used =
    others.length === 0 || !taken.includes(claim.owner)
      ? ""
      : `; ${claim.owner} owns the database ${others.join(", ")}, so that they are another stack's`;
  const remedy =
    used === ""
      ? `${adopt(claim)}. If they belong to something else, use another server: roles are the whole server's`
      : "Use another server: roles are the whole server's, and two stacks cannot share them";
  return [
    refusal(
      `${counted("role", taken)} ${taken.join(", ")}`,
      `${exist(taken, claim)}${used}`,
      remedy,
    ),
  ];
}

function database({ database: found, schemas: there }: Found, claim: Claim): ServerFinding[] {
  const within = there.map(({ name }) => name);
  const schemasOf =
    within.length === 0 ? "" : `, and has the ${counted("schema", within)} ${within.join(", ")}`;
  const fault = `${exist([claim.database], claim)}; it belongs to ${found?.owner ?? ""}${schemasOf}`;
  const another = "Set hosterizer-database:database to a name that is not taken";
  const remedy = mayAdopt(found, claim)
    ? `${another}. ${adopt(claim)}`
    : `${another}, and load its rows there (docs/operate.md, Dump and load)`;
  return [refusal(`database ${claim.database}`, fault, remedy)];
}

/** Whether the deploy role can make a database its own: only what is its own already can it give to the owner. */
export function mayAdopt(
  found: Found["database"],
  { owner, deployRole }: Pick<Claim, "owner" | "deployRole">,
): boolean {
  return found === null || found.owner === owner || found.owner === deployRole;
}

/** Nobody else may connect to the database: without it nothing in there can be looked at. */
function membership({ actsAsOwner, database: found }: Found, claim: Claim): ServerFinding[] {
  const { deployRole, owner, database: name } = claim;
  if (actsAsOwner || found?.owner !== owner) return [];
  const fault = `is no member of ${owner}, which owns the database ${name}, and so cannot connect to it`;
  const remedy = `Run as ${deployRole}, or as a superuser: ${joinStatement(claim)}`;
  return [refusal(`role ${deployRole}`, fault, remedy)];
}

/** A schema of the owner's is taken over, as one that a superuser has made for an extension. */
function schemas({ schemas: there }: Found, own: OwnObjects, { database: name, owner }: Claim) {
  return there
    .filter((schema) => schema.owner !== owner || !own.roles.has(owner))
    .map((schema) => {
      const fault = `belongs to ${schema.owner}, and is to belong to ${owner}`;
      const statement = `alter schema ${escapeIdentifier(schema.name)} owner to ${escapeIdentifier(owner)}`;
      const remedy = `Drop it, or have a superuser run in the database ${name}: ${statement}`;
      return refusal(`schema ${schema.name}`, fault, remedy);
    });
}

/** In the stack's own database the migrations themselves refuse, once they have made an empty ledger to record in. */
function unrecorded({ unrecorded: relations }: Found, { database: name }: Claim): ServerFinding[] {
  if (relations.length === 0) return [];
  return [{ level: "refusal", ...unrecordedFinding(name, relations) }];
}

function exist(names: readonly string[], { stack }: Claim): string {
  const [exists, has] = names.length === 1 ? ["exists already", "it"] : ["exist already", "them"];
  return `${exists}, and the state of stack ${stack} does not have ${has}`;
}

function adopt({ stack, database: name }: Claim): string {
  return `If this stack made them and its state was lost, take them over: npm run up -- --stack ${stack} --adopt ${name}`;
}

function counted(noun: string, names: readonly string[]): string {
  return names.length === 1 ? noun : `${noun}s`;
}

function refusal(subject: string, fault: string, remedy: string): ServerFinding {
  return { level: "refusal", subject, fault, remedy };
}
