import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type {
  ExtensionDeclaration,
  GrantDeclaration,
  SchemaDeclaration,
} from "@hosterizer/postgres/access/declarations";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { DeployerSettings } from "./dynamic/deployerSettings";
import { connectionTo, urlTo } from "./instance/connectionTo";
import { holdsData, type Instance } from "./instance/instance";
import { Privileges } from "./privileges";

export interface DatabaseArgs {
  instance: Instance;
  name: string;
  /** Whether it exists from an earlier time, when it was this stack's: it is adopted. Plain: preview must know it. */
  leftBehind: boolean;
  owner: pulumi.Input<string>;
  /** Roles by name. */
  roles: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain, because each is a resource. */
  schemas: readonly SchemaDeclaration[];
  /** What applies from the start: what is revoked from PUBLIC, and what the migrator needs. */
  grants: readonly GrantDeclaration[];
}

/**
 * The database with its schemas and extensions, closed to everyone but the owner and the grantees here.
 *
 * No update drops any of it, not even when its name changes or it leaves the declaration: database, schemas and extensions are
 * deleted only with a server that the stack owns. On another server they are protected.
 */
export class Database extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** The schemas by name: what uses one depends on the schema. `public` exists from the start. */
  readonly schemas: Readonly<Record<string, pulumi.Output<string>>>;
  /** Everything but the extensions. */
  readonly bare: readonly pulumi.Resource[];

  private readonly instance: Instance;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Database", name, {}, opts);
    this.instance = args.instance;
    const { owner } = args;
    const { provider } = args.instance;
    const child = { parent: this, provider, ...holdsData(args.instance) };

    const database = new postgresql.Database(
      name,
      {
        name: args.name,
        owner,
        template: "template0",
        encoding: "UTF8",
        lcCollate: "C",
        lcCtype: "C",
      },
      // Otherwise the plugin renames the old database, and what was granted in it can no longer be revoked.
      {
        ...child,
        replaceOnChanges: ["name"],
        ...(args.leftBehind ? { import: args.name } : {}),
      },
    );
    this.name = database.name;
    // The provider's sessions depend on it, so that none of them resolves an unqualified name to an object of the owner.
    const settings = new DeployerSettings(
      `${name}-deployer`,
      { connection: args.instance.maintenance, database: this.name },
      { parent: this },
    );
    const within = { ...child, dependsOn: settings };

    const schemas = args.schemas.map((schema) => {
      const declared = { name: schema.name, database: this.name, owner };
      const resource = new postgresql.Schema(`${name}-${schema.name}`, declared, within);
      return { schema: schema.name, resource };
    });
    const names = schemas.map(({ schema, resource }) => [schema, resource.name] as const);
    this.schemas = { ...Object.fromEntries(names), public: pulumi.output("public") };

    const closed = { database: this.name, schemas: this.schemas, after: settings };
    const privileges = new Privileges(name, { ...args, ...closed }, { parent: this });
    this.bare = [database, settings, privileges, ...schemas.map(({ resource }) => resource)];

    this.registerOutputs({ name: this.name });
  }

  /**
   * Adds the extensions. CREATE EXTENSION fails where the owner already has an object of that name, so it comes after what must
   * be applied all the same.
   *
   * @param extensions plain, because each is a resource
   * @param after what must be applied even if an extension cannot be created
   * @returns a resource each
   */
  extend(
    name: string,
    extensions: readonly ExtensionDeclaration[],
    after: pulumi.Resource,
  ): pulumi.Resource[] {
    const { provider } = this.instance;
    const child = { parent: this, provider, ...holdsData(this.instance), dependsOn: after };
    return extensions.map(({ name: extension, schema }) => {
      const within = this.schemas[schema] ?? schema;
      const declared = { name: extension, database: this.name, schema: within };
      return new postgresql.Extension(`${name}-${extension}`, declared, child);
    });
  }

  /** A role's connection to this database. */
  connect(user: pulumi.Input<string>, password: pulumi.Input<string>): pulumi.Output<Connection> {
    return connectionTo(this.instance, this.name, user, password);
  }

  /**
   * The same as a URL, through a pooler if one is given. It contains the password, so it is as secret as the password, and
   * undefined where the password is.
   */
  url(
    user: pulumi.Input<string>,
    password: pulumi.Input<string | undefined>,
    through: Pick<Instance, "host" | "port"> = this.instance,
  ): pulumi.Output<string | undefined> {
    const { host, port } = through;
    return urlTo({ ...this.instance, host, port }, this.name, user, password);
  }
}
