import { DeclarationError } from "../declarationError";
import type { RoleDeclaration, SettingDeclaration } from "./declarations";

/** Every fault of the declared settings that can be seen without a server. */
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
      faults.push(new DeclarationError(place, "this is no name of a setting", remedy));
    }
    if (role !== undefined && !known.includes(role)) {
      const remedy = "Declare it in database/roles.ts, or remove the setting";
      faults.push(new DeclarationError(place, `no role "${role}" is declared`, remedy));
    }
    if (settings.slice(0, index).some(isSame)) {
      faults.push(new DeclarationError(place, "declared twice", "Remove one of the two"));
    }
    if (lists.has(name.toLowerCase())) {
      const remedy = "Name the schemas or files where they are used instead";
      faults.push(new DeclarationError(place, "its value is a list", remedy));
    }
    return faults;
  });
}

// PostgreSQL keeps the elements of these in quotes of its own, so that a value could not be compared.
const lists = new Set([
  "search_path",
  "temp_tablespaces",
  "local_preload_libraries",
  "session_preload_libraries",
]);
