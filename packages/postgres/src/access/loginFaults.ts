import { DeclarationError } from "../declarationError";
import type { RoleDeclaration } from "./declarations";
import { hasPassword, loginName, type Logins } from "./logins";

/**
 * Every fault of the logins that a stack is to have.
 *
 * @param place what they are called where they are written: `hosterizer-database:logins in Pulumi.prod.yaml`
 */
export function loginFaults(
  logins: Logins,
  roles: readonly RoleDeclaration[],
  place: string,
): DeclarationError[] {
  return Object.entries(logins).flatMap(([name, numbers]) => {
    const at = `${place}, "${name}"`;
    const role = roles.find((role) => role.name === name);
    if (role === undefined || !hasPassword(role)) {
      const fault = role ? "logs in with no password" : "is no role of database/roles.ts";
      const names = roles.filter(hasPassword).map((role) => role.name);
      return [new DeclarationError(at, fault, `Remove it; there are ${names.join(", ")}`)];
    }
    const [first = 0, second = first + 1] = numbers;
    if (second !== first + 1) {
      const fault = `${String(first)} and ${String(second)} do not follow one another`;
      const remedy = `Write two in a row, or one: \`npm run db -- rotate-password ${name}\` does`;
      return [new DeclarationError(at, fault, remedy)];
    }
    const taken = [1, 2]
      .map((number) => loginName(name, number))
      .filter((login) => roles.some((role) => role.name === login));
    if (taken.length > 0) {
      const fault = `its logins would be called ${taken.join(" and ")}, as roles of database/roles.ts are`;
      return [new DeclarationError(at, fault, "Give those another name")];
    }
    if (Buffer.byteLength(loginName(name, 1)) > 63) {
      const fault = "is too long for a login: with _a it has more than 63 bytes";
      return [new DeclarationError(at, fault, "Give the role a shorter name")];
    }
    return [];
  });
}
