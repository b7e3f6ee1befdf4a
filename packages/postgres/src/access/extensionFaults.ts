import { DeclarationError } from "../declarationError";
import type { ExtensionDeclaration, SchemaDeclaration } from "./declarations";
import { identifierFault } from "./identifierFault";

const file = "database/extensions.ts";

/**
 * Every fault of the declared schemas and extensions.
 *
 * @param available Extensions that the server brings; undefined where only the server itself can tell.
 */
export function extensionFaults(
  extensions: readonly ExtensionDeclaration[],
  schemas: readonly SchemaDeclaration[],
  available: readonly string[] | undefined,
): DeclarationError[] {
  const known = ["public", ...schemas.map(({ name }) => name)];
  const ofSchemas = schemas.flatMap(({ name }) => {
    const fault = identifierFault(name);
    if (fault === undefined) return [];
    const place = `schema "${name}" in ${file}`;
    return [new DeclarationError(place, `the name ${fault}`, "Choose another name")];
  });
  const ofExtensions = extensions.flatMap(({ name, schema }) => {
    const place = `extension "${name}" in ${file}`;
    const faults = [];
    if (available?.includes(name) === false) {
      const remedy = `Use one of those it has: ${available.join(", ")}`;
      faults.push(new DeclarationError(place, "the server has no such extension", remedy));
    }
    if (!known.includes(schema)) {
      const remedy = `Declare the schema in ${file}, or use one of ${known.join(", ")}`;
      faults.push(new DeclarationError(place, `no schema "${schema}" is declared`, remedy));
    }
    return faults;
  });
  return [...ofSchemas, ...ofExtensions];
}
