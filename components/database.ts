import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type {
  ExtensionDeclaration,
  GrantDeclaration,
  SchemaDeclaration,
} from "../postgres/access/declarations";
import type { Connection } from "../postgres/connection";
import { connectionTo, urlTo } from "./instance/connectionTo";
import type { Instance } from "./instance/instance";
import { holdsData } from "./instance/lifetime";
import { Privileges } from "./privileges";

export interface DatabaseArgs {
  instance: Instance;
  name: string;
  owner: pulumi.Input<string>;
  /** Roles by name. */
  roles: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain, because each is a resource. */
  schemas: readonly SchemaDeclaration[];
  /** Plain, because each is a resource. */
  extensions: readonly ExtensionDeclaration[];
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
      { ...child, replaceOnChanges: ["name"] },
    );
    this.name = database.name;

    const schemas: Record<string, pulumi.Output<string>> = {};
    for (const schema of args.schemas) {
      const declared = { name: schema.name, database: this.name, owner };
      schemas[schema.name] = new postgresql.Schema(`${name}-${schema.name}`, declared, child).name;
    }
    this.schemas = { ...schemas, public: pulumi.output("public") };

    for (const { name: extension, schema } of args.extensions) {
      const declared = { name: extension, database: this.name, schema: schemas[schema] ?? schema };
      new postgresql.Extension(`${name}-${extension}`, declared, child);
    }

    const privileges = { ...args, database: this.name, schemas: this.schemas };
    new Privileges(name, privileges, { parent: this });

    this.registerOutputs({ name: this.name });
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
