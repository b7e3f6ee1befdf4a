import type { PropertyMap, PropertyValue } from "./propertyValue";

/** The kinds of values that the resources here have. Lists keep their order; sets are sorted and hold no value twice. */
interface Kinds {
  string: string;
  number: number;
  boolean: boolean;
  list: readonly string[];
  set: readonly string[];
}

/** One property of a resource type, as the official plugin has it. */
export interface PropertySchema {
  readonly kind: keyof Kinds;
  readonly required?: true;
  /** What holds when the program gives nothing. */
  readonly default?: string | number | boolean;
  /** The server decides what holds when the program gives nothing. */
  readonly computed?: true;
  /** A change replaces the resource. */
  readonly replaces?: true;
  /** Secret whether or not the program says so. */
  readonly secret?: true;
  /** Is made from the resource's logical name when the program gives nothing. */
  readonly autonamed?: true;
  /** Part of the state, so that the official plugin finds it there; as an input it is refused. */
  readonly unserved?: true;
  /** Smallest number allowed. */
  readonly minimum?: number;
  /** The only strings allowed. */
  readonly oneOf?: readonly string[];
  /** Terraform's name, where it is not this name in snake case. */
  readonly terraformName?: string;
}

/** All properties of a resource type by name. */
export type ResourceSchema = Readonly<Record<string, PropertySchema>>;

type Always = { required: true } | { default: string | number | boolean } | { autonamed: true };

/** What is known of a live object: whatever cannot be read may be null. */
export type Observed<S extends ResourceSchema> = {
  readonly [Name in keyof S]: Kinds[S[Name]["kind"]] | null;
};

/** A complete, known state: only properties that may be left open are null. */
export type State<S extends ResourceSchema> = {
  readonly [Name in keyof S]: Kinds[S[Name]["kind"]] | (S[Name] extends Always ? never : null);
};

/** A state as the schema sees it: nothing but its properties, each present, defaults for what is missing. */
export function completeState<S extends ResourceSchema>(schema: S, properties: PropertyMap) {
  const entries = Object.entries(schema).map(([name, property]) => [
    name,
    properties[name] ?? property.default ?? emptyValue(property),
  ]);
  // The engine's state was written by this plugin or the official one from this very schema.
  return Object.fromEntries(entries) as State<S>;
}

/** A state has null for an empty list, also for one that the program must give. */
function emptyValue({ kind, required }: PropertySchema): PropertyValue {
  return required === true && (kind === "set" || kind === "list") ? [] : null;
}

/** The names of the properties that are always secret. */
export function secretNames(schema: ResourceSchema): ReadonlySet<string> {
  return new Set(Object.keys(schema).filter((name) => schema[name]?.secret === true));
}
