import type { Difference } from "../../postgres/drift/difference";

/** Every kind of difference that the official plugin finds. */
export const pluginKinds = [
  "role missing",
  "role attribute",
  "role password",
  "role setting",
  "membership missing",
  "membership not declared",
  "privilege missing",
  "privilege not declared",
  "default privilege missing",
  "default privilege not declared",
  "database missing",
  "database owner",
  "database attribute",
  "schema missing",
  "schema owner",
  "extension missing",
  "extension schema",
  "extension version",
] as const;

/** A difference that the official plugin has found, and how to know it again where an audit reports it more exactly. */
export interface PluginDifference extends Difference {
  kind: (typeof pluginKinds)[number];
  repair: "automatic";
  /** What the audit's line speaks of as well, each of them. Empty: no audit reports it. */
  about: readonly RegExp[];
}
