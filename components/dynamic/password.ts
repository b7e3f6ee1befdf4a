import * as pulumi from "@pulumi/pulumi";

import { LazyResource } from "./lazyResource";

/** Which password of a role this is. An input is left out where it has its default, which states of every age have. */
export interface PasswordArgs {
  /** Another number is another password; a lower one is refused. Default 0. */
  number?: number;
  /** The number of the role's newest login, which must not become less. Default 0. */
  newest?: number;
}

/** A generated password, stable across updates until it gets another number, secret in the state. */
export class Password extends LazyResource {
  /** What one types. */
  declare readonly password: pulumi.Output<string>;
  /** What the server keeps: SCRAM-SHA-256. */
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
