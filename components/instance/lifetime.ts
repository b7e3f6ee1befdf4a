import type * as pulumi from "@pulumi/pulumi";

import type { Instance } from "./instance";

/** Options of what goes down with its server, so that nobody has to be asked to drop it. */
export function goesWith({ server }: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return server === undefined ? {} : { deletedWith: server };
}

/**
 * Options of what holds data: no update drops it, and where the server is not ours, neither does destroying the stack, which
 * Pulumi refuses as a whole.
 */
export function holdsData({ server }: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return { ...goesWith({ server }), retainOnDelete: true, protect: server === undefined };
}

/**
 * Options of what depends on everything else. Where the server is not ours, destroying the stack stops at it, before anything
 * has gone: Pulumi goes from the last to the first, and says only of what is protected itself that it must stay.
 */
export function standsFirst({ server }: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return { protect: server === undefined };
}
