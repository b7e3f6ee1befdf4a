import { DeclarationErrors } from "@hosterizer/postgres/userError";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import { restoreSchema } from "@hosterizer/postgres/schema/restoreSchema";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";
import type { RecordedSchemaInputs } from "./recordedSchema";

export const provider = makeProvider<RecordedSchemaInputs>({
  id: () => "hosterizer.schema_records",
  compared: ({ owner, schemas }) => [owner, schemas],
  check: checkDrift((news) => inspect("the recorded schema", () => readDrift(news))),
  apply: async (inputs) => {
    const { lockTimeout: lockTimeoutMs, ...rest } = inputs;
    const log = (line: string) => {
      console.log(line);
    };
    await restoreSchema({ ...rest, lockTimeoutMs, log });
    return inputs;
  },
});

/** How the live schema differs from the recorded one, and the ledger from the folder. */
async function readDrift(inputs: RecordedSchemaInputs) {
  const { connection, owner, schemas, directory, tenancy, target } = inputs;
  try {
    return await readSchemaDrift(connection, { owner, schemas, directory, tenancy, target });
  } catch (error) {
    // The check of the migrations reports what is wrong with the folder.
    if (error instanceof DeclarationErrors) return [];
    throw error;
  }
}
