import type * as pulumi from "@pulumi/pulumi";

/** The arguments of a resource whose provider gets `T`: each may be an output of another resource. */
export type Inputs<T> = { [K in keyof T]: pulumi.Input<T[K]> };
