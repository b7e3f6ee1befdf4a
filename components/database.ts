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
  /** Whether it is there from an earlier time, when it was this stack's: it is taken over. Plain: preview must know it. */
  leftBehind: boolean;
  owner: pulumi.Input<string>;
  /** Roles by name. */
  roles: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain, because each is a resource. */
  schemas: readonly SchemaDeclaration[];
  /** What holds from the start: what everyone loses, and what the migrator needs. */
  grants: readonly GrantDeclaration[];
}

/**
 * The database with its schemas and extensions, closed to everyone but the owner and those granted here.
 *
 * Nothing of it is dropped by an update, not even when its name changes or it leaves the declaration: database, schemas
 * and extensions go only together with a server of this stack's own. In another one they are protected.
 */
export class Database extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** The schemas by name: whoever uses one waits for the schema. `public` is there from the start. */
  readonly schemas: Readonly<Record<string, pulumi.Output<string>>>;
  /** All of it but the extensions. */
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
      // Left to itself the plugin renames the old one, and what was granted in it cannot be revoked any more.
      {
        ...child,
        replaceOnChanges: ["name"],
        ...(args.leftBehind ? { import: args.name } : {}),
      },
    );
    this.name = database.name;
    // The provider's own sessions come after it, so that none of them finds anything of the owner's without naming its schema.
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
   * not wait for it.
   *
   * @param extensions Plain, because each is a resource.
   * @param after What must be done even if an extension cannot be created.
   * @returns one resource each
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

  /** How a role reaches this database. */
  connect(user: pulumi.Input<string>, password: pulumi.Input<string>): pulumi.Output<Connection> {
    return connectionTo(this.instance, this.name, user, password);
  }

  /**
   * The same as a URL, through a pooler if one is given. It holds the password, so it is as secret as that, and undefined
   * where that is.
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
