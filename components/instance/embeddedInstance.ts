import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { Certificate } from "../dynamic/certificate";
import { EmbeddedServer } from "../dynamic/embeddedServer";
import { Password } from "../dynamic/password";
import { CertificateAuthority } from "./certificateAuthority";
import { connectionTo } from "./connectionTo";
import type { Instance, Tls } from "./instance";

/** The superuser that initdb makes. */
const superuser = "postgres";

export interface EmbeddedInstanceArgs {
  /** Names the data directory. A plain string, because a server cannot move. */
  stack: string;
  /** TCP port on the loopback address. */
  port: number;
  /** The certificate authority's name, and where its certificate is written for clients, from the project folder. */
  authority: { commonName: string; file: string };
}

/**
 * A real PostgreSQL 15 on this machine, from an npm package: no Docker, no root, no installation.
 *
 * It listens on the loopback address only, and outlives the update that started it. By its certificate clients know it from a program of
 * another user of this machine, which may take the port while the server is stopped. Deleting it deletes its data.
 */
export class EmbeddedInstance extends pulumi.ComponentResource implements Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly tls: Tls;
  readonly provider: postgresql.Provider;
  readonly server: pulumi.Resource;

  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: EmbeddedInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:EmbeddedInstance", name, args, opts);
    const { stack, port } = args;

    const child = { parent: this };
    const host = "127.0.0.1";
    const { password } = new Password(`${name}-superuser`, {}, child);
    const authority = new CertificateAuthority(`${name}-authority`, args.authority, child);
    const { certificate, privateKey } = new Certificate(
      `${name}-certificate`,
      { authority, commonName: host, hosts: [host, "localhost"], usage: "server" },
      child,
    );
    this.tls = { sslmode: "verify-full", sslrootcert: authority.file };
    const account = { host, user: superuser, password };
    const shown = { certificate, privateKey, sslrootcert: authority.file };
    const server = new EmbeddedServer(name, { stack, port, ...account, ...shown }, child);

    // Set everything: the plugin takes the rest from PGHOST, PGDATABASE and so on, which `db -- env` sets. Its driver would send the
    // password in clear text to another program on the port, if that asked for it: so it must verify the server.
    const login = { username: superuser, password, ...this.tls, superuser: true };
    const address = { host: server.host, port: server.port, database: "postgres", ...login };
    this.provider = new postgresql.Provider(name, address, child);
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
