import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { LoginDeclaration } from "@hosterizer/postgres/access/logins";
import { Password } from "./dynamic/password";
import { deletedWithServer, holdsData, type Instance } from "./instance/instance";

export interface RolesArgs {
  instance: Instance;
  /** Plain, because each role is a resource. Groups come before their members. */
  roles: readonly LoginDeclaration[];
  /** The role that owns everything. */
  owner: string;
}

/** A role's login. */
export interface Login {
  user: pulumi.Output<string>;
  password: pulumi.Output<string>;
  /** SCRAM verifier, which the server checks the password against. */
  verifier: pulumi.Output<string>;
}

/**
 * The roles with their memberships, and a generated password for each that logs in with one.
 *
 * While a password is being rotated, a role has two logins; see `withLogins`.
 *
 * The server gets the SCRAM verifier only. No role is superuser, creates roles or databases, replicates, or bypasses row-level
 * security. A role that leaves the declaration is dropped.
 */
export class Roles extends pulumi.ComponentResource {
  /** The newest login by role. */
  readonly logins: Readonly<Record<string, Login>>;
  /** The login before that by role, where it still works. */
  readonly previous: Readonly<Record<string, Pick<Login, "user" | "password">>>;
  /** The names by role: what uses one depends on the role. */
  readonly names: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: RolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Roles", name, {}, opts);
    const { instance } = args;
    const { provider } = instance;
    const child = { parent: this, provider, ...deletedWithServer(instance) };
    const found: { of: string; number: number; login: Login }[] = [];
    const names: Record<string, pulumi.Output<string>> = {};

    for (const role of args.roles) {
      const attributes = { name: role.name, login: role.login, inherit: role.inherit ?? true };
      const limits =
        role.connectionLimit === undefined ? {} : { connectionLimit: role.connectionLimit };
      const groups = (role.memberOf ?? []).map((group) => names[group] ?? group);
      const memberships = groups.length > 0 ? { roles: groups } : {};
      const { of, number, newest } = role;
      let generated: Password | undefined;
      if (number !== undefined || newest !== undefined) {
        const its = { ...(number ? { number } : {}), ...(newest ? { newest } : {}) };
        generated = new Password(`${name}-${role.name}`, its, { parent: this });
      }
      const login = generated && number !== undefined ? { password: generated.verifier } : {};
      const made = new postgresql.Role(
        `${name}-${role.name}`,
        { ...attributes, ...limits, ...memberships, ...login },
        role.name === args.owner ? { ...child, ...holdsData(instance) } : child,
      );
      names[role.name] = made.name;
      if (generated && number !== undefined) {
        const { password, verifier } = generated;
        found.push({ of, number, login: { user: made.name, password, verifier } });
      }
      if (role.name === args.owner && instance.deployRole !== undefined) {
        // A role that is not a superuser may alter and give away only what belongs to it or to a role that it is a member of.
        const granted = { role: instance.deployRole, grantRole: made.name };
        // An input rather than the ID: a preview knows it even when the membership is replaced.
        names[role.name] = new postgresql.GrantRole(`${name}-deploy`, granted, child).grantRole;
      }
    }

    found.sort((one, other) => one.number - other.number);
    this.logins = Object.fromEntries(found.map(({ of, login }) => [of, login]));
    const outlived = found.filter(({ of, number }) =>
      found.some((other) => other.of === of && other.number > number),
    );
    this.previous = Object.fromEntries(
      outlived.map(({ of, login: { user, password } }) => [of, { user, password }]),
    );
    this.names = names;
    this.registerOutputs({});
  }

  /** The name of a role, as an output that depends on it. */
  nameOf(role: string): pulumi.Output<string> {
    return requireKey(this.names, role);
  }

  /** The newest login of a role. */
  loginOf(role: string): Login {
    return requireKey(this.logins, role);
  }

  /**
   * The stack's outputs about logins, by role: the passwords, and, once one of them has been rotated, the names and the previous
   * logins.
   */
  outputs(rotated: boolean) {
    const rolePasswords = pulumi.secret(mapped(this.logins, ({ password }) => password));
    if (!rotated) return { rolePasswords };
    const roleLogins = mapped(this.logins, ({ user }) => user);
    return { rolePasswords, roleLogins, previousLogins: pulumi.secret(this.previous) };
  }
}

function requireKey<T>(values: Readonly<Record<string, T>>, role: string): T {
  const value = values[role];
  if (value === undefined) throw new Error(`role ${role} is not declared in database/roles.ts`);
  return value;
}

function mapped<T, U>(values: Readonly<Record<string, T>>, of: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));
}
