import { isMap, isZero, type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";

/** All properties of a resource type, or of the objects in one of its properties, by name. */
export interface ResourceSchema {
  readonly [name: string]: PropertySchema;
}

/** One property of a resource type, as in the official plugin. */
export type PropertySchema = SimpleProperty | NestedProperty;

interface SimpleProperty extends Rules {
  readonly kind: keyof SimpleKinds;
}

/** The kinds of values without properties. Lists keep their order; sets are sorted and have no duplicates. */
interface SimpleKinds {
  string: string;
  number: number;
  boolean: boolean;
  list: readonly string[];
  set: readonly string[];
  map: Readonly<Record<string, string>>;
}

/** A property that holds an object, a list of objects, or a set of objects, which has no order. */
export interface NestedProperty extends Rules {
  readonly kind: "object" | "objects" | "objectSet";
  readonly properties: ResourceSchema;
}

/** How the official plugin handles a property of any kind. */
interface Rules {
  readonly required?: true;
  /** The value if the program sets none. */
  readonly default?: string | number | boolean;
  /** The server chooses the value if the program sets none. */
  readonly computed?: true;
  /** A change replaces the resource. */
  readonly replaces?: true;
  /** A change replaces the resource here. The official plugin records it in the state and changes nothing. */
  readonly replacesHere?: true;
  /** Secret whether or not the program says so. Only for the resource's own properties. */
  readonly secret?: true;
  /** May hold a secret of the program, so messages do not show it. */
  readonly hidden?: true;
  /** Derived from the resource's logical name if the program sets none. */
  readonly autonamed?: true;
  /** Part of the state for the official plugin, but refused as an input. */
  readonly unserved?: true;
  /** Smallest number allowed. */
  readonly minimum?: number;
  /** The only strings allowed. */
  readonly oneOf?: readonly string[];
  /** Terraform's name, if it is not this name in snake case. */
  readonly terraformName?: string;
}

/** A complete, known state. Only properties without a fixed value may be null. */
export type State<S extends ResourceSchema> = {
  readonly [Name in keyof S]: ValueOf<S[Name]> | (S[Name] extends Always ? never : null);
};

/** The state of a live object. Properties that cannot be read are null. */
export type Observed<S extends ResourceSchema> = {
  readonly [Name in keyof S]: ValueOf<S[Name]> | null;
};

type ValueOf<P extends PropertySchema> = P extends SimpleProperty
  ? SimpleKinds[P["kind"]]
  : P extends { kind: "object"; properties: infer N extends ResourceSchema }
    ? State<N>
    : P extends { properties: infer N extends ResourceSchema }
      ? readonly State<N>[]
      : never;

type Always = { required: true } | { default: string | number | boolean } | { autonamed: true };

/** Reduces properties to those of the schema and fills in defaults for missing ones. */
export function completeState<S extends ResourceSchema>(schema: S, properties: PropertyMap) {
  // This plugin or the official one wrote the state, with this schema.
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

/** A state has null for an empty list, even for a required one. */
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

/** Applies `change` to each object of a nested property. Null, unknown and other values stay. */
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

/** The zero value of a property's kind: an empty string or collection, 0, false, or null for an object. */
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

/** Whether two elements of a collection mean the same. In an object, a missing property equals a zero. */
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
