import * as pulumi from "@pulumi/pulumi";

import { LateResource } from "./lateResource";

/** A generated password, stable across updates, secret in the state. */
export class Password extends LateResource {
  /** What one types. */
  declare readonly password: pulumi.Output<string>;
  /** What the server keeps: SCRAM-SHA-256. */
  declare readonly verifier: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      "Password",
      name,
      { password: undefined, verifier: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password", "verifier"] }),
    );
  }
}
