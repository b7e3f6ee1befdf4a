import type { RoleDeclaration, SettingDeclaration } from "./declarations";

/**
 * Which logins of a role work, by its name: one number, or two in a row while its password is being rotated. The last is the
 * one that is handed out. A role that is not in here has login 0.
 *
 * Login 0 is the role itself. From login 1 on it is a group that nobody logs in as, and two roles in it take turns, so that
 * one can be given a new password while the other still works.
 */
export type Logins = Readonly<Record<string, readonly number[]>>;

/** A role, and which of its group's logins it is. */
export interface LoginDeclaration extends RoleDeclaration {
  /** The role that it logs in for: itself, or the group. */
  of: string;
  /** Number of the login that its password is for. Undefined: it does not log in with one. */
  number?: number;
  /** On the group: the number of the newest login. Undefined: none but the first. */
  newest?: number;
}

/** The name of a login of a role. */
export function loginName(role: string, number: number): string {
  if (number === 0) return role;
  return `${role}_${number % 2 === 1 ? "a" : "b"}`;
}

/** Whether a role logs in with a password, which can be rotated. */
export function hasPassword({ login, authenticates }: RoleDeclaration): boolean {
  return login && authenticates !== "certificate";
}

/** The declared roles with their logins; each login stands behind its group. */
export function withLogins(roles: readonly RoleDeclaration[], logins: Logins): LoginDeclaration[] {
  return roles.flatMap((role): LoginDeclaration[] => {
    const { name } = role;
    if (!hasPassword(role)) return [{ ...role, of: name }];
    const numbers = logins[name] ?? [0];
    const newest = numbers.at(-1) ?? 0;
    if (newest === 0) return [{ ...role, of: name, number: 0 }];
    const works = (number: number) => numbers.includes(number);
    const own: LoginDeclaration = { ...role, of: name, newest, login: works(0) };
    const others = newest === 1 ? [1] : [newest, newest - 1];
    return [
      works(0) ? { ...own, number: 0 } : own,
      ...others
        .map((number) => ({
          name: loginName(name, number),
          login: works(number),
          memberOf: [name],
          purpose: `logs in as ${name}`,
          of: name,
          ...(works(number) ? { number } : {}),
        }))
        .sort((one, other) => one.name.localeCompare(other.name)),
    ];
  });
}

/** What sessions of a role begin with, sessions of its logins begin with: PostgreSQL does not look at a login's groups for that. */
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
