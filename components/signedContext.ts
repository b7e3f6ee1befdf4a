import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { Password } from "./dynamic/password";
import { SigningKeys } from "./dynamic/signingKeys";
import type { Schema } from "./schema";

export interface SignedContextArgs {
  /** A login that may become the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Numbers of the keys; the last one is what applications sign with. Plain, because each is a resource. */
  numbers: readonly number[];
  /** What has made the schema that the keys are kept in. */
  schema: Schema;
}

/** The keys that contexts are signed with: generated, and told to the database. */
export class SignedContext extends pulumi.ComponentResource {
  /** What applications sign with, `id.secret`. Secret. */
  readonly key: pulumi.Output<string>;

  constructor(name: string, args: SignedContextArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:SignedContext", name, {}, opts);
    const { connection, owner, numbers, schema } = args;
    const keys = numbers.map((number) => {
      const { password } = new Password(`${name}-${String(number)}`, {}, { parent: this });
      return pulumi.output({ id: String(number), secret: password });
    });
    new SigningKeys(
      name,
      { connection, owner, keys: pulumi.all(keys) },
      { parent: this, dependsOn: schema },
    );

    const newest = keys.at(-1);
    if (newest === undefined) throw new Error("no signing key is asked for");
    this.key = pulumi.interpolate`${newest.id}.${newest.secret}`;
    this.registerOutputs({});
  }
}
