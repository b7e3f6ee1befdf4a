import type { ProviderDefinition, ProviderSession } from "./resourceType";
import {
  isNested,
  type NestedProperty,
  type PropertySchema,
  type ResourceSchema,
} from "./resourceSchema";

/**
 * Describes the plugin as a Pulumi package. `pulumi import` needs this to generate code for imported resources.
 *
 * It contains only what this plugin serves. https://www.pulumi.com/docs/iac/using-pulumi/pulumi-packages/schema/
 */
export function packageSchema<Session extends ProviderSession>({
  name,
  version,
  resources,
}: ProviderDefinition<Session>) {
  const types: Record<string, object> = {};
  const described = resources.map(({ token, schema }) => {
    const describe = (filter: (property: PropertySchema) => boolean) =>
      describeAll(schema, filter, (path, property) => refer(token, path, property));
    return [
      token,
      {
        properties: describe(() => true),
        inputProperties: describe(isServed),
        requiredInputs: requiredOf(schema),
      },
    ] as const;
  });
  return {
    name,
    version,
    ...(Object.keys(types).length === 0 ? {} : { types }),
    resources: Object.fromEntries(described),
  };

  /** Describes the objects of a property as a separate type, such as `docker:index/ContainerPorts:ContainerPorts`. */
  function refer(token: string, path: readonly string[], { properties }: NestedProperty): string {
    const module = token.slice(0, token.indexOf("/"));
    const resource = token.slice(token.lastIndexOf(":") + 1);
    const type = [resource, ...path.map((part) => part.charAt(0).toUpperCase() + part.slice(1))];
    const typeToken = `${module}/${type.join("")}:${type.join("")}`;
    types[typeToken] = {
      type: "object",
      properties: describeAll(properties, isServed, (inner, property) =>
        refer(token, [...path, ...inner], property),
      ),
      required: requiredOf(properties),
    };
    return `#/types/${typeToken}`;
  }
}

type Refer = (path: readonly string[], property: NestedProperty) => string;

function describeAll(
  schema: ResourceSchema,
  filter: (property: PropertySchema) => boolean,
  refer: Refer,
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([, property]) => filter(property))
      .map(([name, property]) => [
        name,
        {
          ...typeOf(name, property, refer),
          ...(property.secret === true ? { secret: true } : {}),
        },
      ]),
  );
}

function typeOf(name: string, property: PropertySchema, refer: Refer): object {
  if (isNested(property)) {
    const type = { $ref: refer([name], property) };
    return property.kind === "object" ? type : { type: "array", items: type };
  }
  switch (property.kind) {
    case "list":
    case "set":
      return { type: "array", items: { type: "string" } };
    case "map":
      return { type: "object", additionalProperties: { type: "string" } };
    case "number":
      return { type: "integer" };
    default:
      return { type: property.kind };
  }
}

function isServed(property: PropertySchema): boolean {
  return property.unserved !== true;
}

function requiredOf(schema: ResourceSchema): string[] {
  return Object.keys(schema).filter((name) => schema[name]?.required === true);
}
