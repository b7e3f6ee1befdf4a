import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { DeclarationError } from "../../declarationError";
import type { Finding } from "../../convergence/difference";
import { rerecordFiles } from "../../migrations/ledger";
import { withRunnerLock } from "../../migrations/runnerLock";
import { acceptableFindings, type AcceptableFinding } from "./acceptableFindings";
import { acceptedObjects } from "./acceptedObjects";
import { inspectSchema, type SchemaExpectation, type SchemaInspection } from "../inspectSchema";
import { recordObjects } from "../record/recordObjects";

/** Who accepts what, and why. */
export interface Acceptance {
  /** Objects, as findings name them; none: all of them. */
  objects: readonly string[];
  reason: string;
  /** Who is logged in to the machine. */
  systemUser: string;
}

/** Where, and who is told. */
export interface AcceptOptions extends SchemaExpectation {
  /** A login that is a member of the owner. */
  connection: Connection;
  /** Told for whom it waits. */
  log: (line: string) => void;
}

/**
 * Makes the live state the expected one, and keeps who said so, when and why. Nothing of the schema itself changes.
 *
 * An object takes along what came with it, as a column its index.
 *
 * @returns what was accepted; none if nothing differs.
 * @throws DeclarationError if the reason is empty, or an object has no difference that could be accepted.
 */
export async function acceptDrift(
  { connection, log, ...expectation }: AcceptOptions,
  acceptance: Acceptance,
): Promise<readonly Finding[]> {
  if (acceptance.reason.trim() === "") {
    const remedy = 'Say why, for those who find it: --reason "the hotfix of last night"';
    throw new DeclarationError("accept-drift", "there is no reason", remedy);
  }
  return withClient(connection, "accept-drift", (client) =>
    withRunnerLock(client, { waitMs: 60_000, log }, async () => {
      const inspection = await inspectSchema(client, expectation);
      const accepted = chosen(acceptableFindings(inspection), acceptance.objects);
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

function chosen(
  acceptable: readonly AcceptableFinding[],
  objects: readonly string[],
): readonly AcceptableFinding[] {
  if (objects.length === 0) return acceptable;
  const known = new Set(acceptable.map(({ finding }) => finding.object));
  const unknown = objects.filter((object) => !known.has(object));
  if (unknown.length > 0) {
    const there = [...known].map((object) => `\n  ${object}`).join("");
    const remedy = known.size === 0 ? "Nothing differs that could be" : `There is${there}`;
    const fault = "no difference of it could be accepted";
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
    await recordObjects(client, scope, acceptedObjects(findings, states), reason);
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
