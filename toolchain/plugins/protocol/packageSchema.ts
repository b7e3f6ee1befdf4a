import type { ProviderDefinition, ProviderSession } from "./providerDefinition";
import type { PropertySchema, ResourceSchema } from "./resourceSchema";

/**
 * The plugin in Pulumi's own description of packages, which `pulumi import` asks for to write down what it has imported.
 *
 * Only what is served here is in it. https://www.pulumi.com/docs/iac/using-pulumi/pulumi-packages/schema/
 */
export function packageSchema<Session extends ProviderSession>({
  name,
  version,
  resources,
}: ProviderDefinition<Session>) {
  return {
    name,
    version,
    resources: Object.fromEntries(
      resources.map(({ token, schema }) => [
        token,
        {
          properties: types(schema, () => true),
          inputProperties: types(schema, (property) => property.unserved !== true),
          requiredInputs: Object.keys(schema).filter((each) => schema[each]?.required === true),
        },
      ]),
    ),
  };
}

function types(schema: ResourceSchema, filter: (property: PropertySchema) => boolean) {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([, property]) => filter(property))
      .map(([name, property]) => [
        name,
        { ...typeOf(property), ...(property.secret === true ? { secret: true } : {}) },
      ]),
  );
}

function typeOf({ kind }: PropertySchema) {
  switch (kind) {
    case "list":
    case "set":
      return { type: "array", items: { type: "string" } };
    case "number":
      return { type: "integer" };
    default:
      return { type: kind };
  }
}
