import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { dockerKinds } from "./dockerKinds";

/** What the official plugin alone finds. All else is of a kind of the audit's, which mostly reports it more exactly. */
export const pluginKinds = [
  "role missing",
  "membership missing",
  "database attribute",
  "schema missing",
  "extension missing",
  "extension schema",
] as const;

/** A difference that the official plugin has found, and how to know it again where the audit reports it more exactly. */
export interface PluginDifference extends Difference {
  repair: "automatic";
  /** What the audit's line speaks of as well, each of them. */
  about: readonly RegExp[];
}

/** Kinds that a preview's steps and migrations have, besides those that dynamic resources report. */
declare module "@hosterizer/postgres/convergence/difference" {
  interface DifferenceKinds {
    plugins: (typeof pluginKinds)[number] | (typeof dockerKinds)[number] | "database missing";
    preview: "resource" | "migration pending" | "other";
  }
}
