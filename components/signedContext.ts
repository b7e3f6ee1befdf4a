import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { Password } from "./dynamic/password";
import { SigningKeys } from "./dynamic/signingKeys";
import type { Schema } from "./schema";

export interface SignedContextArgs {
  /** A login that may become the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Numbers of the keys; applications sign with the last one. Plain, because each is a resource. */
  numbers: readonly number[];
  /** The migrations that create the keys' schema. */
  schema: Schema;
}

/** The keys that contexts are signed with: generated, and stored in the database. */
export class SignedContext extends pulumi.ComponentResource {
  /** The key that applications sign with, `id.secret`. Secret. */
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
    if (newest === undefined) throw new Error("no signing key is declared");
    this.key = pulumi.interpolate`${newest.id}.${newest.secret}`;
    this.registerOutputs({});
  }
}
