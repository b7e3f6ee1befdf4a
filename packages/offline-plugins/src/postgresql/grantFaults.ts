import { isAbsent, type PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";
import { privilegeFaults } from "./privileges";

/** What does not go together in the inputs of a `Grant`. */
export function grantFaults(inputs: PropertyMap): Fault[] {
  const { objectType, schema, objects, role, withGrantOption } = inputs;
  const faults = privilegeFaults(inputs);
  if (objectType !== "database" && (schema === undefined || schema === ""))
    faults.push(fault("schema", '"schema" is needed, unless "objectType" is database'));
  if (!isAbsent(objects) && (objectType === "database" || objectType === "schema"))
    faults.push(fault("objects", `"objects" cannot be given where "objectType" is ${objectType}`));
  if (Array.isArray(objects)) {
    for (const [index, object] of objects.entries()) {
      if (typeof object === "string" && object.includes("("))
        faults.push(
          fault(
            `objects[${index}]`,
            `"${object}": functions with their arguments are not served by the offline plugin; leave "objects" out, or use the official plugin postgresql`,
          ),
        );
    }
  }
  if (role === "public" && withGrantOption === true)
    faults.push(fault("withGrantOption", '"withGrantOption" cannot be given to the role public'));
  return faults;
}

function fault(property: string, reason: string): Fault {
  return { property, reason };
}
