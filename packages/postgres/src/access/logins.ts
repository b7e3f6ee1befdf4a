import type { RoleDeclaration, SettingDeclaration } from "./declarations";

/**
 * The enabled logins of a role, by role name: one number, or two consecutive numbers while its password is being rotated.
 * Clients get the last one. A role that is not listed has login 0.
 *
 * Login 0 is the role itself. From login 1 on the role is a group without LOGIN, and two login roles in it alternate, so
 * that one can get a new password while the other still works.
 */
export type Logins = Readonly<Record<string, readonly number[]>>;

/** A role, and which of its group's logins it is, if any. */
export interface LoginDeclaration extends RoleDeclaration {
  /** The declared role: itself, or the group that it logs in for. */
  of: string;
  /** Number of the login that its password belongs to. Undefined: it does not log in with a password. */
  number?: number;
  /** On a group: the number of the newest login. Undefined: only login 0 exists. */
  newest?: number;
}

/** The name of a role's login. Two names alternate from login 1 on. */
export function loginName(role: string, number: number): string {
  if (number === 0) return role;
  return `${role}_${number % 2 === 1 ? "a" : "b"}`;
}

/** Whether a role logs in with a password, so that the password can be rotated. */
export function hasPassword({ login, authenticates }: RoleDeclaration): boolean {
  return login && authenticates !== "certificate";
}

/** The declared roles and their logins; each group comes before its logins. */
export function withLogins(roles: readonly RoleDeclaration[], logins: Logins): LoginDeclaration[] {
  return roles.flatMap((role): LoginDeclaration[] => {
    const { name } = role;
    if (!hasPassword(role)) return [{ ...role, of: name }];
    const numbers = logins[name] ?? [0];
    const newest = numbers.at(-1) ?? 0;
    if (newest === 0) return [{ ...role, of: name, number: 0 }];
    const isEnabled = (number: number) => numbers.includes(number);
    const own: LoginDeclaration = { ...role, of: name, newest, login: isEnabled(0) };
    const others = newest === 1 ? [1] : [newest, newest - 1];
    return [
      isEnabled(0) ? { ...own, number: 0 } : own,
      ...others
        .map((number) => ({
          name: loginName(name, number),
          login: isEnabled(number),
          memberOf: [name],
          purpose: `logs in as ${name}`,
          ...(role.connectionLimit === undefined ? {} : { connectionLimit: role.connectionLimit }),
          of: name,
          ...(isEnabled(number) ? { number } : {}),
        }))
        .sort((one, other) => one.name.localeCompare(other.name)),
    ];
  });
}

/**
 * The declared settings, with each setting of a role repeated for the role's logins: PostgreSQL does not apply a group's
 * settings to its members' sessions.
 */
export function settingsOfLogins(
  settings: readonly SettingDeclaration[],
  roles: readonly LoginDeclaration[],
): SettingDeclaration[] {
  return settings.flatMap((setting) => {
    const { role } = setting;
    if (role === undefined) return [setting];
    const names = roles.filter(({ of }) => of === role).map(({ name }) => name);
    return names.map((name) => ({ ...setting, role: name }));
  });
}
