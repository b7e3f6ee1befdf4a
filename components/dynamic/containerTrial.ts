import * as pulumi from "@pulumi/pulumi";

import type { TrialSpec } from "../docker/trial";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

/**
 * Proves that a container can be made and becomes healthy, before the one that it replaces is removed: two of one name, or of
 * one port, cannot be there at a time. Its id is the container's name.
 *
 * Whatever changes the container or its files depends on it. Deleting it does nothing.
 */
export class ContainerTrial extends LateResource {
  constructor(name: string, args: Inputs<TrialSpec>, opts?: pulumi.CustomResourceOptions) {
    const secrets = { additionalSecretOutputs: ["files"] };
    super("ContainerTrial", name, args, pulumi.mergeOptions(opts, secrets));
  }
}
