import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { GrantDeclaration } from "../postgres/access/declarations";
import type { Instance } from "./instance/instance";
import { goesWith } from "./instance/lifetime";

export interface PrivilegesArgs {
  instance: Instance;
  database: pulumi.Input<string>;
  /** Creates the tables; later ones are covered by its default privileges. */
  owner: pulumi.Input<string>;
  /** Schemas by name. */
  schemas: Readonly<Record<string, pulumi.Input<string>>>;
  /** Roles by name; `public` and predefined roles need not be here. */
  roles?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain, because each is a resource. */
  grants: readonly GrantDeclaration[];
  /** What must stand before anything is granted. */
  after?: pulumi.Resource;
}

/**
 * Who may do what, each line of `database/grants.ts` a grant.
 *
 * A line is the whole truth about its role and object: what was granted by hand besides is revoked.
 */
export class Privileges extends pulumi.ComponentResource {
  constructor(name: string, args: PrivilegesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Privileges", name, {}, opts);
    const { database, owner } = args;
    const { provider } = args.instance;
    const dependsOn = args.after === undefined ? [] : [args.after];
    const child = { parent: this, provider, ...goesWith(args.instance), dependsOn };

    for (const grant of args.grants) {
      const role = args.roles?.[grant.role] ?? grant.role;
      const privileges = [...grant.privileges];
      const logical = `${name}-${grant.role}-${nameOf(grant)}`;
      if (grant.on === "database") {
        const declared = { database, role, objectType: "database", privileges };
        new postgresql.Grant(logical, declared, child);
        continue;
      }
      const schema = args.schemas[grant.schema] ?? grant.schema;
      const objectType = objectTypes[grant.on];
      const declared = { database, role, schema, objectType, privileges };
      new postgresql.Grant(logical, declared, child);
      // A grant reaches the objects that exist now, default privileges those of later migrations.
      if (grant.on === "schema") continue;
      new postgresql.DefaultPrivileges(`${logical}-future`, { ...declared, owner }, child);
    }

    this.registerOutputs({});
  }
}

const objectTypes = { schema: "schema", tables: "table", sequences: "sequence" };

function nameOf(grant: GrantDeclaration): string {
  if (grant.on === "database") return "database";
  return grant.on === "schema" ? grant.schema : `${grant.schema}-${grant.on}`;
}
