import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { EmbeddedServer } from "../dynamic/embeddedServer";
import { Password } from "../dynamic/password";
import { connectionTo } from "./connectionTo";
import type { Instance } from "./instance";

/** The superuser that initdb makes. */
const superuser = "postgres";

export interface EmbeddedInstanceArgs {
  /** Names the data directory. A plain string, because a server cannot move. */
  stack: string;
  /** TCP port on the loopback address. */
  port: number;
}

/**
 * A real PostgreSQL 15 on this machine, from an npm package: no Docker, no root, no installation.
 *
 * It listens on the loopback address only, and outlives the update that started it. Deleting it deletes its data.
 */
export class EmbeddedInstance extends pulumi.ComponentResource implements Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly provider: postgresql.Provider;
  readonly server: pulumi.Resource;

  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: EmbeddedInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:EmbeddedInstance", name, args, opts);
    const { stack, port } = args;

    const { password } = new Password(`${name}-superuser`, {}, { parent: this });
    const account = { host: "127.0.0.1", user: superuser, password };
    const server = new EmbeddedServer(name, { stack, port, ...account }, { parent: this });

    // Set everything: the plugin takes the rest from PGHOST, PGDATABASE and so on, which `db -- env` sets.
    const login = { username: superuser, password, sslmode: "disable", superuser: true };
    const address = { host: server.host, port: server.port, database: "postgres", ...login };
    this.provider = new postgresql.Provider(name, address, { parent: this });
    this.server = server;
    this.host = server.host;
    this.port = server.port;
    this.password = password;

    this.registerOutputs({ host: this.host, port: this.port });
  }

  get maintenance(): pulumi.Output<Connection> {
    return this.connect("postgres");
  }

  connect(database: pulumi.Input<string>): pulumi.Output<Connection> {
    return connectionTo(this, database, superuser, this.password);
  }
}
