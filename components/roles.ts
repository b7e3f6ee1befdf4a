import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { RoleDeclaration } from "../postgres/access/declarations";
import { Password } from "./dynamic/password";
import type { Instance } from "./instance/instance";

export interface RolesArgs {
  instance: Instance;
  /** Plain, because each role is a resource. Groups come before their members. */
  roles: readonly RoleDeclaration[];
  /** What must be in order before anything in the server changes. */
  after: pulumi.Resource;
}

/**
 * The roles with their memberships; those that log in with a password have a generated one.
 *
 * The server is given the SCRAM verifier only. No role is superuser, creates roles or databases, replicates, or bypasses
 * row-level security. A role that leaves the declaration is dropped.
 */
export class Roles extends pulumi.ComponentResource {
  /** The passwords by role, of those that log in with one. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** The names by role: whoever uses one waits for the role. */
  readonly names: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: RolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Roles", name, {}, opts);
    const { provider, server } = args.instance;
    const child = { parent: this, provider, deletedWith: server, dependsOn: args.after };
    const passwords: Record<string, pulumi.Output<string>> = {};
    const names: Record<string, pulumi.Output<string>> = {};

    for (const role of args.roles) {
      const attributes = { name: role.name, login: role.login, inherit: role.inherit ?? true };
      const groups = (role.memberOf ?? []).map((group) => names[group] ?? group);
      const memberships = groups.length > 0 ? { roles: groups } : {};
      let login = {};
      if (role.login && role.authenticates !== "certificate") {
        const generated = new Password(`${name}-${role.name}`, { parent: this });
        passwords[role.name] = generated.password;
        login = { password: generated.verifier };
      }
      const made = new postgresql.Role(
        `${name}-${role.name}`,
        { ...attributes, ...memberships, ...login },
        child,
      );
      names[role.name] = made.name;
    }

    this.passwords = passwords;
    this.names = names;
    this.registerOutputs({});
  }
}
