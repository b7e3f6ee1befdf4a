import type { Connection } from "../connection/connection";
import { isMissingDatabase } from "../connection/missingDatabase";
import type { Finding } from "../convergence/difference";
import { withSession } from "../connection/withSession";
import { inspectSchema, type SchemaExpectation } from "./inspectSchema";

/**
 * How the live schema differs from the recorded one, and the ledger from the folder. Changes nothing.
 *
 * @param connection A login that is a member of the owner. A database that isn't there yet has no drift.
 * @throws DeclarationErrors if the folder has faults of its own; node-postgres' errors as they are.
 */
export async function readSchemaDrift(
  connection: Connection,
  expectation: SchemaExpectation,
): Promise<readonly Finding[]> {
  try {
    const { findings } = await withSession(connection, (client) =>
      inspectSchema(client, expectation),
    );
    return findings;
  } catch (error) {
    if (isMissingDatabase(error)) return [];
    throw error;
  }
}
