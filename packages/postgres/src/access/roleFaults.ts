import { DeclarationError } from "../declarationError";
import type { RoleDeclaration } from "./declarations";
import { identifierFault } from "./identifierFault";

const file = "database/roles.ts";

/** Every fault of the declared roles that can be seen without a server. */
export function roleFaults(roles: readonly RoleDeclaration[]): DeclarationError[] {
  return roles.flatMap((role, index) => {
    const place = `role "${role.name}" in ${file}`;
    const earlier = roles.slice(0, index).map(({ name }) => name);
    const fault = identifierFault(role.name);
    return [
      ...(fault === undefined
        ? []
        : [new DeclarationError(place, `the name ${fault}`, "Choose another name")]),
      ...(earlier.includes(role.name)
        ? [new DeclarationError(place, "declared twice", "Remove one of the two")]
        : []),
      ...(role.login || role.authenticates === undefined
        ? []
        : [
            new DeclarationError(
              place,
              `authenticates by ${role.authenticates}, and does not log in`,
              "Set login: true, or remove authenticates",
            ),
          ]),
      ...(role.memberOf ?? [])
        .filter((group) => !earlier.includes(group) && !group.startsWith("pg_"))
        .map(
          (group) =>
            new DeclarationError(
              place,
              `member of "${group}", which is neither declared above it nor predefined`,
              `Declare "${group}" above it, or take it out of memberOf`,
            ),
        ),
    ];
  });
}
