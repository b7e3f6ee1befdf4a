import { isMap, isZero, type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";

/** The kinds of values without properties of their own. Lists keep their order; sets are sorted and hold no value twice. */
interface SimpleKinds {
  string: string;
  number: number;
  boolean: boolean;
  list: readonly string[];
  set: readonly string[];
  map: Readonly<Record<string, string>>;
}

/** What the official plugin makes of a property, whatever its kind. */
interface Rules {
  readonly required?: true;
  /** What holds when the program gives nothing. */
  readonly default?: string | number | boolean;
  /** The server decides what holds when the program gives nothing. */
  readonly computed?: true;
  /** A change replaces the resource. */
  readonly replaces?: true;
  /** A change replaces the resource here, where the official plugin takes note of it and changes nothing. */
  readonly replacesHere?: true;
  /** Secret whether or not the program says so. Of the resource's own properties only. */
  readonly secret?: true;
  /** May hold what the program keeps secret, so that no message shows it. */
  readonly hidden?: true;
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

/** A property whose value has no properties of its own. */
interface SimpleProperty extends Rules {
  readonly kind: keyof SimpleKinds;
}

/** A property that holds objects: one of them, a list, or a set, in which the order says nothing. */
export interface NestedProperty extends Rules {
  readonly kind: "object" | "objects" | "objectSet";
  readonly properties: ResourceSchema;
}

/** One property of a resource type, as the official plugin has it. */
export type PropertySchema = SimpleProperty | NestedProperty;

/** All properties of a resource type, or of the objects in one of its properties, by name. */
export interface ResourceSchema {
  readonly [name: string]: PropertySchema;
}

type Always = { required: true } | { default: string | number | boolean } | { autonamed: true };

type ValueOf<P extends PropertySchema> = P extends SimpleProperty
  ? SimpleKinds[P["kind"]]
  : P extends { kind: "object"; properties: infer N extends ResourceSchema }
    ? State<N>
    : P extends { properties: infer N extends ResourceSchema }
      ? readonly State<N>[]
      : never;

/** What is known of a live object: whatever cannot be read may be null. */
export type Observed<S extends ResourceSchema> = {
  readonly [Name in keyof S]: ValueOf<S[Name]> | null;
};

/** A complete, known state: only properties that may be left open are null. */
export type State<S extends ResourceSchema> = {
  readonly [Name in keyof S]: ValueOf<S[Name]> | (S[Name] extends Always ? never : null);
};

/** A state as the schema sees it: nothing but its properties, each present, defaults for what is missing. */
export function completeState<S extends ResourceSchema>(schema: S, properties: PropertyMap) {
  // The engine's state was written by this plugin or the official one from this very schema.
  return complete(schema, properties) as State<S>;
}

function complete(schema: ResourceSchema, properties: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema).map(([name, property]) => [
      name,
      completeValue(property, properties[name] ?? property.default ?? emptyValue(property)),
    ]),
  );
}

function completeValue(property: PropertySchema, value: PropertyValue): PropertyValue {
  return isNested(property)
    ? mapParts(value, (part) => complete(property.properties, part))
    : value;
}

/** A state has null for an empty list, also for one that the program must give. */
function emptyValue({ kind, required }: PropertySchema): PropertyValue {
  return required === true && kind !== "map" && isCollection({ kind }) ? [] : null;
}

/** Whether a property holds objects. */
export function isNested(property: PropertySchema): property is NestedProperty {
  return "properties" in property;
}

/** Whether a property's value may be empty: a list, a set or a map. */
export function isCollection({ kind }: Pick<PropertySchema, "kind">): boolean {
  return kind !== "string" && kind !== "number" && kind !== "boolean" && kind !== "object";
}

/** Changes each object of a nested property; null, what is unknown and what is no object stays. */
export function mapParts(
  value: PropertyValue,
  change: (part: PropertyMap, index: number) => PropertyMap,
): PropertyValue {
  if (Array.isArray(value))
    return value.map((part: PropertyValue, index) => (isMap(part) ? change(part, index) : part));
  return isMap(value) ? change(value, 0) : value;
}

/** The names of the properties that are always secret. */
export function secretNames(schema: ResourceSchema): ReadonlySet<string> {
  return new Set(Object.keys(schema).filter((name) => schema[name]?.secret === true));
}

/** What a property comes to that nobody sets: an empty text or collection, 0, false; no object. */
export function zeroOf({ kind }: Pick<PropertySchema, "kind">): PropertyValue {
  switch (kind) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "map":
      return {};
    case "object":
      return null;
    default:
      return [];
  }
}

/** Whether two elements of a collection mean the same: in an object, nothing is as good as a zero. */
export function isSameValue(property: PropertySchema, a: PropertyValue, b: PropertyValue): boolean {
  return meaningOf(property, a) === meaningOf(property, b);
}

function meaningOf(property: PropertySchema, value: PropertyValue): string {
  return JSON.stringify(canonical(property, value), (_, inner: unknown) =>
    inner === unknownValue ? { unknown: true } : inner,
  );
}

function canonical(property: PropertySchema, value: PropertyValue): PropertyValue {
  if (!isNested(property) || !isMap(value)) return value;
  const entries = Object.entries(property.properties).flatMap(([name, inner]) => {
    const held = value[name] ?? null;
    if (inner.default === undefined && isZero(held)) return [];
    return [[name, canonicalProperty(inner, held)] as const];
  });
  return Object.fromEntries(entries);
}

function canonicalProperty(property: PropertySchema, value: PropertyValue): PropertyValue {
  if (property.kind === "map" && isMap(value)) return sortedMap(value);
  if (!Array.isArray(value)) return canonical(property, value);
  return value.map((element: PropertyValue) => canonical(property, element));
}

function sortedMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
