import type { PropertyMap, PropertyValue } from "./propertyValue";
import type { ResourceSchema } from "./resourceSchema";

/**
 * The bridge's note in the state of how Pulumi's view of it differs from Terraform's: which properties are collections, and
 * which have another name. The official plugin rebuilds its own state from it.
 */
export function rawStateDelta(schema: ResourceSchema, state: PropertyMap): PropertyValue {
  const names = Object.keys(schema);
  const collections = names.filter((name) => Array.isArray(state[name]));
  const renamed = names.flatMap((name) => {
    const terraformName = schema[name]?.terraformName;
    return terraformName === undefined ? [] : [[name, terraformName] as const];
  });
  return {
    obj: {
      ...(collections.length === 0
        ? {}
        : { ps: Object.fromEntries(collections.map((name) => [name, { arr: {} }])) }),
      ...(renamed.length === 0 ? {} : { renamed: Object.fromEntries(renamed) }),
    },
  };
}
