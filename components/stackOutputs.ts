import * as pulumi from "@pulumi/pulumi";

import { application } from "../database/roles";
import type { Database } from "./database";
import type { Instance } from "./instance/instance";
import type { Pooler } from "./pooler";
import type { Roles } from "./roles";
import type { Schema } from "./schema";
import type { Settings } from "./settings";
import type { SignedContext } from "./signedContext";

/** What the outputs come from. */
interface Outcome {
  instance: Instance;
  database: Database;
  schema: Schema;
  roles: Roles;
  signed: SignedContext | undefined;
  pooler: Pooler | undefined;
  settings: Pick<Settings, "logins">;
}

/** The outputs of a stack: how applications reach the database, what they log in with, and the schema's version. */
export function stackOutputs(outcome: Outcome) {
  const { instance, database, schema, roles, signed, pooler, settings } = outcome;
  const { user: appUser, password: appPassword } = roles.loginOf(application);
  return presentOutputs({
    ...{ host: instance.host, port: instance.port, database: database.name, ...instance.tls },
    ...{ schemaVersion: schema.version, appUser, appPassword },
    databaseUrl: database.url(appUser, appPassword),
    ...(pooler && { pooledUrl: database.url(appUser, appPassword, pooler) }),
    ...(signed && { contextKey: signed.key }),
    ...roles.outputs(Object.keys(settings.logins).length > 0),
  });
}

/**
 * The stack's outputs that have a value. An update of a few resources, such as one that starts the server first, generates no
 * passwords and runs no migrations.
 */
export async function presentOutputs(
  outputs: Readonly<Record<string, pulumi.Input<unknown>>>,
): Promise<Readonly<Record<string, pulumi.Input<unknown>>>> {
  if (pulumi.runtime.isDryRun()) return outputs;
  const entries = Object.entries(outputs);
  const values = await Promise.all(entries.map(([, output]) => awaitOutput(pulumi.output(output))));
  return Object.fromEntries(entries.filter((_, index) => values[index] !== undefined));
}

/**
 * Waits for the value of an output, which is known once the resources that it comes from are created.
 *
 * Never call it in a preview: what is unknown before an update never resolves.
 */
export function awaitOutput<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
