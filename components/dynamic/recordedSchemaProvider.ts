import type { dynamic } from "@pulumi/pulumi";

import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { readSchemaDrift } from "@hosterizer/postgres/schema/schemaDrift";
import { restoreSchema } from "@hosterizer/postgres/schema/restoreSchema";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { RecordedSchemaInputs } from "./recordedSchema";
import { hasUnknown } from "./unknown";

type Inputs = RecordedSchemaInputs & { drift?: string[] };

/** Adds `drift`: how the live schema differs from the recorded one, and the ledger from the folder. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const drift = known ? await inspect("the recorded schema", () => readDrift(news)) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["owner", "schemas"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await restore(inputs);
  return { id: "hosterizer.schema_records", outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await restore(news);
  return { outs: news };
}

/** Leaves the schema and its record. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

async function readDrift({ connection, owner, schemas, directory, tenancy, target }: Inputs) {
  try {
    return await readSchemaDrift(connection, { owner, schemas, directory, tenancy, target });
  } catch (error) {
    // The migrations' own check tells what is wrong with the folder.
    if (error instanceof DeclarationErrors) return [];
    throw error;
  }
}

async function restore(inputs: Inputs): Promise<void> {
  const log = (line: string) => {
    console.log(line);
  };
  const { lockTimeout: lockTimeoutMs, ...rest } = inputs;
  await restoreSchema({ ...rest, lockTimeoutMs, log });
}
