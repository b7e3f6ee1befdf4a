import * as pulumi from "@pulumi/pulumi";

import { lateProvider } from "./lateProvider";

/** A generated password, stable across updates, secret in the state. */
export class Password extends pulumi.dynamic.Resource {
  /** What one types. */
  declare readonly password: pulumi.Output<string>;
  /** What the server keeps: SCRAM-SHA-256. */
  declare readonly verifier: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      lateProvider("components/dynamic/passwordProvider"),
      name,
      { password: undefined, verifier: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password", "verifier"] }),
      "hosterizer",
      "Password",
    );
  }
}
