import { type Client, escapeIdentifier } from "pg";

import { queryOwned } from "../connection/sessionSettings";
import { type Connection, withClient } from "../connection/connection";
import { withSession } from "../connection/withSession";
import type { Difference, Finding } from "../convergence/difference";
import { DeclarationError } from "../userError";
import { rerecordFiles, tableExists } from "../migrations/ledger";
import { withRunnerLock } from "../migrations/runnerLock";
import { type ObjectKey, objectName } from "./catalog/schemaObject";
import type { SchemaStates } from "./record/schemaChanges";
import { recordObjects } from "./record/schemaRecord";
import {
  inspectSchema,
  migrationFindings,
  type SchemaExpectation,
  type SchemaInspection,
} from "./schemaDrift";
import type { SchemaFinding } from "./schemaFindings";

/** What is accepted, by whom and why. */
interface Acceptance {
  /** Objects, as findings name them; empty: all of them. */
  objects: readonly string[];
  reason: string;
  /** User who is logged in to the machine. */
  systemUser: string;
}

/** The database, what it is compared with, and where to log. */
interface AcceptOptions extends SchemaExpectation {
  /** A login that is a member of the owner. */
  connection: Connection;
  /** Called with the session that it waits for. */
  log: (line: string) => void;
}

/**
 * Makes the live state the expected one, and records who accepted it, when and why. The schema itself does not change.
 *
 * Accepting an object accepts what its change caused, such as the index of a column.
 *
 * @returns what was accepted; empty if nothing differs.
 * @throws DeclarationError if the reason is empty, or an object has no difference that can be accepted.
 */
export async function acceptDrift(
  { connection, log, ...expectation }: AcceptOptions,
  acceptance: Acceptance,
): Promise<readonly Finding[]> {
  if (acceptance.reason.trim() === "") {
    const remedy = 'Give one for those who read the history: --reason "hotfix of 24 November"';
    throw new DeclarationError("accept-drift", "no reason is given", remedy);
  }
  return withClient(connection, "accept-drift", (client) =>
    withRunnerLock(client, { waitMs: 60_000, log }, async () => {
      const inspection = await inspectSchema(client, expectation);
      const accepted = select(acceptableFindings(inspection), acceptance.objects);
      if (accepted.length === 0) return [];
      await client.query(`begin; set local role ${escapeIdentifier(expectation.owner)}`);
      try {
        await record(client, expectation, inspection, accepted, acceptance);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback").catch(() => undefined);
        throw error;
      }
      return accepted.map(({ finding }) => finding);
    }),
  );
}

/** A difference that may become the expected state. */
interface AcceptableFinding {
  finding: Finding;
  /** The same finding, if it is about an object of the schema. */
  schema?: SchemaFinding;
  /** The migration, if only comments and white space of its files were edited. */
  migration?: string;
}

/**
 * Everything about the schema, and migrations of which only comments and white space were edited. A migration that does
 * something else now cannot be accepted: other databases would get a different schema.
 */
function acceptableFindings({ faults, schema }: SchemaInspection): AcceptableFinding[] {
  const edited = new Set(faults.filter(({ cosmetic }) => !cosmetic).map(({ name }) => name));
  const cosmetic = faults.filter((fault) => fault.cosmetic && !edited.has(fault.name));
  return [
    ...cosmetic.flatMap((fault) =>
      migrationFindings([fault]).map((finding) => ({ finding, migration: fault.name })),
    ),
    ...schema.map((finding) => ({ finding, schema: finding })),
  ];
}

function select(
  acceptable: readonly AcceptableFinding[],
  objects: readonly string[],
): readonly AcceptableFinding[] {
  if (objects.length === 0) return acceptable;
  const known = new Set(acceptable.map(({ finding }) => finding.object));
  const unknown = objects.filter((object) => !known.has(object));
  if (unknown.length > 0) {
    const list = [...known].map((object) => `\n  ${object}`).join("");
    const remedy = list === "" ? "Nothing can be accepted" : `These can be accepted:${list}`;
    const fault = "no difference that can be accepted";
    throw new DeclarationError(unknown.join(", "), fault, remedy);
  }
  return acceptable.filter(
    ({ finding, schema }) =>
      objects.includes(finding.object) || objects.includes(schema?.follows ?? ""),
  );
}

async function record(
  client: Client,
  scope: SchemaExpectation,
  { states, migrations }: SchemaInspection,
  accepted: readonly AcceptableFinding[],
  { reason, systemUser }: Acceptance,
): Promise<void> {
  const findings = accepted.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  const files = accepted.flatMap(({ migration }) => (migration === undefined ? [] : [migration]));
  await rerecordFiles(
    client,
    migrations.filter(({ name }) => files.includes(name)),
  );
  if (findings.length > 0) {
    await recordObjects(client, scope, withImplied(findings, states), reason);
  }
  const differences = accepted.map(({ finding: { kind, object, expected, actual } }) => ({
    kind,
    object,
    expected,
    actual,
  }));
  await client.query(
    `insert into hosterizer.accepted_drift (system_user_name, reason, differences)
      values ($1, $2, $3)`,
    [systemUser, reason, JSON.stringify(differences)],
  );
}

/** The objects of the findings, with those that came or went with them and have no finding. */
function withImplied(
  findings: readonly SchemaFinding[],
  { expected, actual }: SchemaStates,
): ObjectKey[] {
  const changes = findings.map(({ change }) => change);
  const implied = [...expected, ...actual].filter(({ identity, facts }) =>
    changes.some(
      (change) =>
        facts["parent"] === change.identity ||
        (change.change !== "altered" &&
          (facts["table"] === change.identity ||
            (change.kind === "schema" &&
              [identity, facts["table"]].some((name) => name?.startsWith(`${change.identity}.`))))),
    ),
  );
  const keys = [...changes, ...implied].map(({ kind, identity }) => ({ kind, identity }));
  return [...new Map(keys.map((key) => [objectName(key), key])).values()];
}

/** Differences that someone accepted at one time. */
export interface AcceptedDrift {
  acceptedAt: Date;
  /** User who was logged in to the machine. */
  systemUser: string;
  /** Role that was logged in to the database. */
  login: string;
  reason: string;
  differences: Pick<Difference, "kind" | "object" | "expected" | "actual">[];
}

/** Everything that was ever accepted, the latest first. */
export async function readAcceptedDrift(
  connection: Connection,
  owner: string,
): Promise<AcceptedDrift[]> {
  return withSession(connection, async (client) => {
    await client.query(`begin read only; set local role ${escapeIdentifier(owner)}`);
    try {
      if (!(await tableExists(client, "hosterizer.accepted_drift"))) return [];
      const { rows } = await queryOwned<AcceptedDrift>(
        client,
        `select accepted_at as "acceptedAt",
                system_user_name as "systemUser",
                login,
                reason,
                differences
           from hosterizer.accepted_drift
          order by id desc`,
      );
      return rows;
    } finally {
      await client.query("rollback").catch(() => undefined);
    }
  });
}
