import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { GrantDeclaration, TableGrant } from "@hosterizer/postgres/access/declarations";
import { isSubjectToRowSecurity } from "@hosterizer/postgres/audit/declaredAccess";
import { boundPrivileges } from "@hosterizer/postgres/audit/missingPrivileges";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { TablePrivileges } from "./dynamic/tablePrivileges";
import { deletedWithServer, type Instance } from "./instance/instance";

export interface PrivilegesArgs {
  instance: Instance;
  database: pulumi.Input<string>;
  /** The role that creates the tables. */
  owner: pulumi.Input<string>;
  /** Schemas by name. */
  schemas: Readonly<Record<string, pulumi.Input<string>>>;
  /** Roles by name; `public` and predefined roles need not be here. */
  roles?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain, because each is a resource. */
  grants: readonly GrantDeclaration[];
  /** What must be in place before anything is granted. */
  after?: pulumi.Resource;
  /** Required where anything is granted on tables. */
  tables?: {
    /** A login that may become the owner. */
    connection: pulumi.Input<Connection>;
    tenancy: Tenancy;
  };
}

/**
 * Who may do what: a grant for each line of `database/grants.ts`.
 *
 * A line is the whole truth about its role and object: other privileges, granted by hand, are revoked. A line for one table replaces the
 * role's line for all tables of the schema. No role that is subject to row-level security has a default privilege on tables, so that a
 * new table or partition is closed to it.
 */
export class Privileges extends pulumi.ComponentResource {
  constructor(name: string, args: PrivilegesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Privileges", name, {}, opts);
    const { database, owner } = args;
    const { provider } = args.instance;
    const dependsOn = args.after === undefined ? [] : [args.after];
    const child = { parent: this, provider, ...deletedWithServer(args.instance), dependsOn };

    const bound: pulumi.CustomResourceOptions = {
      parent: this,
      ...deletedWithServer(args.instance),
      // In older stacks it is a Grant. Deleting that at the end of an update would revoke what was just granted.
      aliases: [{ type: "postgresql:index/grant:Grant" }],
      deleteBeforeReplace: true,
    };

    // PostgreSQL rejects concurrent changes of one ACL ("tuple concurrently updated"), and the plugin does not retry.
    const latest = new Map<string, pulumi.Resource>();
    const inTurn = (
      object: string,
      options: pulumi.CustomResourceOptions,
      make: (options: pulumi.CustomResourceOptions) => pulumi.Resource,
    ) => {
      const before = latest.get(object);
      const waits = before === undefined ? dependsOn : [...dependsOn, before];
      latest.set(object, make({ ...options, dependsOn: waits }));
    };

    const tenancy = args.tables?.tenancy ?? { tables: [], backupRoles: [] };
    const isBound = (grant: GrantDeclaration) => isSubjectToRowSecurity(grant, tenancy);
    for (const { schema, ...its } of boundPrivileges(args.grants, tenancy)) {
      const logical = `${name}-${its.role}-${schema}-tables`;
      if (args.tables === undefined) throw new Error(`no tenancy says what ${logical} may open`);
      const role = args.roles?.[its.role] ?? its.role;
      const { connection } = args.tables;
      const all = { ...its, connection, owner, role, schema: args.schemas[schema] ?? schema };
      inTurn(`${schema}-tables`, bound, (options) => new TablePrivileges(logical, all, options));
    }
    for (const grant of args.grants) {
      if (grant.on === "table" || isBound(grant)) continue;
      const role = args.roles?.[grant.role] ?? grant.role;
      const privileges = [...grant.privileges];
      const logical = `${name}-${grant.role}-${nameOf(grant)}`;
      const give = (declared: postgresql.GrantArgs) => {
        inTurn(nameOf(grant), child, (options) => new postgresql.Grant(logical, declared, options));
      };
      if (grant.on === "database") {
        give({ database, role, objectType: "database", privileges });
        continue;
      }
      const schema = args.schemas[grant.schema] ?? grant.schema;
      const objectType = objectTypes[grant.on];
      const declared = { database, role, schema, objectType, privileges };
      give(declared);
      // A grant covers the objects that exist now, default privileges those of later migrations.
      if (grant.on === "schema") continue;
      new postgresql.DefaultPrivileges(`${logical}-future`, { ...declared, owner }, child);
    }

    this.registerOutputs({});
  }
}

const objectTypes = { schema: "schema", tables: "table", sequences: "sequence" };

function nameOf(grant: Exclude<GrantDeclaration, TableGrant>): string {
  if (grant.on === "database") return "database";
  return grant.on === "schema" ? grant.schema : `${grant.schema}-${grant.on}`;
}
