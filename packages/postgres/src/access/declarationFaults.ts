import { DeclarationError } from "../userError";
import type {
  ExtensionDeclaration,
  GrantDeclaration,
  RoleDeclaration,
  SchemaDeclaration,
  SettingDeclaration,
} from "./declarations";
import { hasPassword, loginName, type Logins } from "./logins";

/** Every fault of the declared roles that is visible without a server. */
export function roleFaults(roles: readonly RoleDeclaration[]): DeclarationError[] {
  return roles.flatMap(({ name, login, authenticates, memberOf = [], connectionLimit }, index) => {
    const place = `role "${name}" in database/roles.ts`;
    const earlier = roles.slice(0, index).map((role) => role.name);
    const faults = nameFaults(name, place);
    if (earlier.includes(name)) {
      faults.push(new DeclarationError(place, "declared twice", "Remove one of the two"));
    }
    if (!login && authenticates !== undefined) {
      const fault = `authenticates by ${authenticates}, but does not log in`;
      const remedy = "Set login: true, or remove authenticates";
      faults.push(new DeclarationError(place, fault, remedy));
    }
    if (
      connectionLimit !== undefined &&
      !(Number.isInteger(connectionLimit) && connectionLimit > 0)
    ) {
      const fault = `connectionLimit is ${String(connectionLimit)}`;
      const remedy = "Write a whole number from 1, or leave it out for no limit";
      faults.push(new DeclarationError(place, fault, remedy));
    }
    for (const group of memberOf) {
      if (earlier.includes(group) || group.startsWith("pg_")) continue;
      const fault = `member of "${group}", which is neither declared above it nor predefined`;
      const remedy = `Declare "${group}" above it, or remove it from memberOf`;
      faults.push(new DeclarationError(place, fault, remedy));
    }
    return faults;
  });
}

/** Every grant that is declared twice, to an undeclared role or on an undeclared schema. */
export function grantFaults(
  grants: readonly GrantDeclaration[],
  roles: readonly RoleDeclaration[],
  schemas: readonly SchemaDeclaration[],
): DeclarationError[] {
  const knownRoles = ["public", ...roles.map(({ name }) => name)];
  const knownSchemas = ["public", ...schemas.map(({ name }) => name)];
  const places = grants.map(placeOfGrant);
  return grants.flatMap((grant, index) => {
    const place = placeOfGrant(grant);
    const faults = [];
    if (places.indexOf(place) < index) {
      faults.push(new DeclarationError(place, "declared twice", "Write one grant with all of it"));
    }
    if (!knownRoles.includes(grant.role)) {
      const remedy = "Declare it in database/roles.ts, or remove the grant";
      faults.push(new DeclarationError(place, `no role "${grant.role}" is declared`, remedy));
    }
    if (grant.on !== "database" && !knownSchemas.includes(grant.schema)) {
      const remedy = "Declare it in database/extensions.ts, or remove the grant";
      faults.push(new DeclarationError(place, `no schema "${grant.schema}" is declared`, remedy));
    }
    return faults;
  });
}

/** A grant for messages: `grant to "app_user" on table public.users in database/grants.ts`. */
export function placeOfGrant(grant: GrantDeclaration): string {
  return `grant to "${grant.role}" on ${targetOf(grant)} in database/grants.ts`;
}

function targetOf(grant: GrantDeclaration): string {
  if (grant.on === "database") return "the database";
  if (grant.on === "table") return `table ${grant.schema}.${grant.table}`;
  return `${grant.on} of ${grant.schema}`;
}

/**
 * Every fault of the declared schemas and extensions.
 *
 * @param available Extensions that the server has; undefined where only the server can tell.
 */
export function extensionFaults(
  extensions: readonly ExtensionDeclaration[],
  schemas: readonly SchemaDeclaration[],
  available: readonly string[] | undefined,
): DeclarationError[] {
  const file = "database/extensions.ts";
  const known = ["public", ...schemas.map(({ name }) => name)];
  const ofSchemas = schemas.flatMap(({ name }) => nameFaults(name, `schema "${name}" in ${file}`));
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

/** Every fault of the declared settings that is visible without a server. */
export function settingFaults(
  settings: readonly SettingDeclaration[],
  roles: readonly RoleDeclaration[],
): DeclarationError[] {
  const known = roles.map(({ name }) => name);
  return settings.flatMap((setting, index) => {
    const { name, role } = setting;
    const whose = role === undefined ? "" : ` of role "${role}"`;
    const place = `setting "${name}"${whose} in database/settings.ts`;
    const isSame = (other: SettingDeclaration) => other.name === name && other.role === role;
    const faults = [];
    if (!/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/i.test(name)) {
      const remedy = "Write it as SHOW ALL lists it";
      faults.push(new DeclarationError(place, "this is not the name of a setting", remedy));
    }
    if (role !== undefined && !known.includes(role)) {
      const remedy = "Declare it in database/roles.ts, or remove the setting";
      faults.push(new DeclarationError(place, `no role "${role}" is declared`, remedy));
    }
    if (settings.slice(0, index).some(isSame)) {
      faults.push(new DeclarationError(place, "declared twice", "Remove one of the two"));
    }
    if (listSettings.has(name.toLowerCase())) {
      const remedy = "Name the schemas or files where they are used instead";
      faults.push(new DeclarationError(place, "its value is a list", remedy));
    }
    return faults;
  });
}

// PostgreSQL stores the elements of these with its own quotes, so their values cannot be compared.
const listSettings = new Set([
  "search_path",
  "temp_tablespaces",
  "local_preload_libraries",
  "session_preload_libraries",
]);

/**
 * Every fault of the logins that a stack configures.
 *
 * @param place Where they are configured: `hosterizer-database:logins in Pulumi.prod.yaml`
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
      const fault = role ? "logs in without a password" : "is not a role of database/roles.ts";
      const names = roles.filter(hasPassword).map((role) => role.name);
      return [new DeclarationError(at, fault, `Remove it; there are ${names.join(", ")}`)];
    }
    const [first = 0, second = first + 1] = numbers;
    if (second !== first + 1) {
      const fault = `${String(first)} and ${String(second)} are not consecutive`;
      const remedy = `Write two consecutive numbers, or one, as \`npm run db -- rotate-password ${name}\` does`;
      return [new DeclarationError(at, fault, remedy)];
    }
    const taken = [1, 2]
      .map((number) => loginName(name, number))
      .filter((login) => roles.some((role) => role.name === login));
    if (taken.length > 0) {
      const fault = `its logins would be called ${taken.join(" and ")}, but database/roles.ts has roles of that name`;
      return [new DeclarationError(at, fault, "Rename those roles")];
    }
    if (Buffer.byteLength(loginName(name, 1)) > 63) {
      const fault = "is too long for a login: with _a it has more than 63 bytes";
      return [new DeclarationError(at, fault, "Give the role a shorter name")];
    }
    return [];
  });
}

function nameFaults(name: string, place: string): DeclarationError[] {
  const fault = identifierFault(name);
  if (fault === undefined) return [];
  return [new DeclarationError(place, `the name ${fault}`, "Choose another name")];
}

/**
 * What is wrong with the name of a role or schema, or undefined.
 *
 * PostgreSQL accepts more in quotes, but people who type names do not quote them.
 * https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
function identifierFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > 63) return "is longer than 63 bytes, where PostgreSQL truncates it";
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) {
    return "may contain only lower-case letters, digits and _, and may not start with a digit";
  }
  if (name.startsWith("pg_")) return "starts with pg_, which PostgreSQL reserves";
  if (name === "public" || name === "none") return "has a special meaning in PostgreSQL";
  return undefined;
}
