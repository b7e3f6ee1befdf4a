import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { LoginDeclaration } from "@hosterizer/postgres/access/logins";
import { Password } from "./dynamic/password";
import { deletedWithServer, holdsData, type Instance } from "./instance/instance";

export interface RolesArgs {
  instance: Instance;
  /** Plain, because each role is a resource. Groups come before their members. */
  roles: readonly LoginDeclaration[];
  /** The one of them that owns everything. */
  owner: string;
}

/** What one logs in with. */
export interface Login {
  user: pulumi.Output<string>;
  password: pulumi.Output<string>;
  /** What the server checks the password against. */
  verifier: pulumi.Output<string>;
}

/**
 * The roles with their memberships; those that log in with a password have a generated one.
 *
 * While a password is being rotated, two logins of a role work; see `withLogins`.
 *
 * The server is given the SCRAM verifier only. No role is superuser, creates roles or databases, replicates, or bypasses
 * row-level security. A role that leaves the declaration is dropped.
 */
export class Roles extends pulumi.ComponentResource {
  /** How one logs in by now, by role. */
  readonly logins: Readonly<Record<string, Login>>;
  /** How one could log in before, by role, where that still works. */
  readonly previous: Readonly<Record<string, Pick<Login, "user" | "password">>>;
  /** The names by role: whoever uses one waits for the role. */
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
        { ...attributes, ...memberships, ...login },
        role.name === args.owner ? { ...child, ...holdsData(instance) } : child,
      );
      names[role.name] = made.name;
      if (generated && number !== undefined) {
        const { password, verifier } = generated;
        found.push({ of, number, login: { user: made.name, password, verifier } });
      }
      if (role.name === args.owner && instance.deployRole !== undefined) {
        // Whoever is no superuser can give away, and change, only what is its own or of a role that it is a member of.
        const granted = { role: instance.deployRole, grantRole: made.name };
        // Its input rather than its id: a preview knows it even when the membership is being replaced.
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

  /**
   * What a stack tells of its logins, by role: the passwords, and, once one of them has been rotated, the names and what still
   * works besides.
   */
  outputs(rotated: boolean) {
    const rolePasswords = pulumi.secret(mapped(this.logins, ({ password }) => password));
    if (!rotated) return { rolePasswords };
    const roleLogins = mapped(this.logins, ({ user }) => user);
    return { rolePasswords, roleLogins, previousLogins: pulumi.secret(this.previous) };
  }
}

function mapped<T, U>(values: Readonly<Record<string, T>>, of: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));
}
