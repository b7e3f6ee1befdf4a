import { unknownValue, type PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** What may be granted on each type of object, https://www.postgresql.org/docs/15/ddl-priv.html. */
const privileges = {
  database: ["CREATE", "CONNECT", "TEMPORARY"],
  schema: ["CREATE", "USAGE"],
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  sequence: ["USAGE", "SELECT", "UPDATE"],
  function: ["EXECUTE"],
  procedure: ["EXECUTE"],
  routine: ["EXECUTE"],
  type: ["USAGE"],
} as const satisfies Record<string, readonly string[]>;

export type ObjectType = keyof typeof privileges;

/** All privileges of a type, or what is meant by the one word for them. */
const all = "ALL";

/** Privileges that the type of object does not have, each by its place: no other word ever becomes part of a statement. */
export function privilegeFaults({ objectType, privileges: given }: PropertyMap): Fault[] {
  if (typeof objectType !== "string" || !isObjectType(objectType) || !Array.isArray(given))
    return [];
  const allowed: readonly string[] = [all, ...privileges[objectType]];
  return given.flatMap((privilege, index) =>
    privilege === unknownValue || (typeof privilege === "string" && allowed.includes(privilege))
      ? []
      : [
          {
            property: `privileges[${index}]`,
            reason: `"${String(privilege)}" is no privilege of a ${objectType}; expected one of ${allowed.join(", ")}`,
          },
        ],
  );
}

/** The type of object that a checked input or a state names. */
export function objectTypeOf(name: string): ObjectType {
  if (isObjectType(name)) return name;
  throw new Error(`privileges on objects of type "${name}" are not served by the offline plugin`);
}

/** Privileges as they stand in a statement. @throws on any that the type does not have. */
export function privilegeList(objectType: ObjectType, wanted: readonly string[]): string {
  const allowed: readonly string[] = [all, ...privileges[objectType]];
  const stranger = wanted.find((privilege) => !allowed.includes(privilege));
  if (stranger !== undefined) throw new Error(`"${stranger}" is no privilege of a ${objectType}`);
  return wanted.join(", ");
}

/** Whether `present` is what `wanted` says. A privilege that newer servers add to ALL makes no difference. */
export function samePrivileges(
  objectType: ObjectType,
  present: readonly string[],
  wanted: readonly string[],
): boolean {
  const expected = wanted.includes(all) ? privileges[objectType] : wanted;
  const known: readonly string[] = privileges[objectType];
  const counted = wanted.includes(all) ? present.filter((each) => known.includes(each)) : present;
  return (
    expected.every((privilege) => present.includes(privilege)) &&
    counted.every((privilege) => expected.some((each) => each === privilege))
  );
}

function isObjectType(name: string): name is ObjectType {
  return Object.hasOwn(privileges, name);
}
