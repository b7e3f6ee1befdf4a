import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  type DeployAddress,
  deployConnection,
  providerInputs,
} from "@hosterizer/postgres/server/external/deployAccess";
import type { Instance, Tls } from "./instance";

/**
 * A PostgreSQL 15 that exists already, managed or self-run, reached over TLS by a role that need not be a superuser.
 *
 * The stack does not own it, and never starts, stops or empties it. The host that accepts writes and the deploy role's password
 * come from the environment (PGHOST, PGPASSWORD): otherwise a refresh, which runs before the program, would use the state's
 * host, which may be a standby by now, and a token that has expired.
 */
export class ExternalInstance extends pulumi.ComponentResource implements Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly tls: Tls;
  readonly provider: postgresql.Provider;
  readonly server = undefined;
  readonly deployRole: string;

  private readonly login: Connection;

  constructor(name: string, args: DeployAddress, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:ExternalInstance", name, {}, opts);
    this.login = deployConnection(args);
    const { host, port, user } = this.login;
    const { sslmode, sslrootcert } = args;
    this.deployRole = user;
    this.host = pulumi.output(host);
    this.port = pulumi.output(port);
    this.tls = {
      sslmode,
      ...(sslrootcert === undefined ? {} : { sslrootcert: pulumi.output(sslrootcert) }),
    };

    this.provider = new postgresql.Provider(name, providerInputs(args), { parent: this });

    this.registerOutputs({ host: this.host, port: this.port });
  }

  get maintenance(): pulumi.Output<Connection> {
    return pulumi.output(this.login);
  }

  /** Without a password: node-postgres takes PGPASSWORD then, as libpq does. */
  connect(database: pulumi.Input<string>): pulumi.Output<Connection> {
    return pulumi.output(database).apply((database) => ({ ...this.login, database }));
  }
}
