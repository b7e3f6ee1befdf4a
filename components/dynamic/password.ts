import * as pulumi from "@pulumi/pulumi";

import { LazyResource } from "./lazyResource";

/** Which password of a role this is. Leave out an input that has its default, as states of every age do. */
export interface PasswordArgs {
  /** Another number is another password; a lower one is rejected. Default 0. */
  number?: number;
  /** The number of the role's newest login, which must not decrease. Default 0. */
  newest?: number;
}

/** A generated password, stable across updates until its number changes, secret in the state. */
export class Password extends LazyResource {
  /** The password itself. */
  declare readonly password: pulumi.Output<string>;
  /** What the server stores: a SCRAM-SHA-256 verifier. */
  declare readonly verifier: pulumi.Output<string>;

  constructor(name: string, args: PasswordArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(
      "Password",
      name,
      { ...args, password: undefined, verifier: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password", "verifier"] }),
    );
  }
}
