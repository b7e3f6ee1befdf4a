import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { RoleDeclaration } from "../postgres/access/declarations";
import { Password } from "./dynamic/password";
import type { Instance } from "./instance/instance";
import { goesWith, holdsData } from "./instance/lifetime";

export interface RolesArgs {
  instance: Instance;
  /** Plain, because each role is a resource. Groups come before their members. */
  roles: readonly RoleDeclaration[];
  /** The one of them that owns everything. */
  owner: string;
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
    const { instance } = args;
    const { provider } = instance;
    const child = { parent: this, provider, ...goesWith(instance), dependsOn: args.after };
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
        role.name === args.owner ? { ...child, ...holdsData(instance) } : child,
      );
      names[role.name] = made.name;
      if (role.name === args.owner && instance.deployRole !== undefined) {
        // Whoever is no superuser can give away, and change, only what is its own or of a role that it is a member of.
        const granted = { role: instance.deployRole, grantRole: made.name };
        const membership = new postgresql.GrantRole(`${name}-deploy`, granted, child);
        names[role.name] = pulumi.all([made.name, membership.id]).apply(([owner]) => owner);
      }
    }

    this.passwords = passwords;
    this.names = names;
    this.registerOutputs({});
  }
}
