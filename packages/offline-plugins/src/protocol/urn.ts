/** The parts of a URN that a plugin needs. */
export interface ResourceIdentity {
  /** The resource's own type, without its parents'. */
  type: string;
  /** Its logical name. */
  name: string;
}

/** Reads `urn:pulumi:stack::project::parent$type::name`; a name may hold `::` itself. */
export function parseUrn(urn: string): ResourceIdentity {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
