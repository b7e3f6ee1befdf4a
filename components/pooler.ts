import { basename } from "node:path";

import { Volume } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { pgbouncerFiles, poolerPaths } from "@hosterizer/postgres/pooler/pgbouncerFiles";
import { makeConfinedContainer, runTimeFiles } from "./docker/confinedContainer";

/** A certificate with its key, in PEM. */
interface KeyAndCertificate {
  certificate: pulumi.Input<string>;
  /** Secret. */
  privateKey: pulumi.Output<string>;
}

export interface PoolerArgs {
  /** Prefix of all names. */
  prefix: string;
  /** ID of the image. */
  image: pulumi.Input<string>;
  /** ID of the server's network. */
  network: pulumi.Input<string>;
  /** The server's address in that network. Its certificate is issued for this host. */
  server: { host: string; port: number };
  certificates: {
    /** Shown to clients: issued for `host`. */
    server: KeyAndCertificate;
    /** Shown to the server: issued for `role`. */
    client: KeyAndCertificate;
    /** Certificate of the authority that signed all of them, in PEM. */
    authority: pulumi.Input<string>;
  };
  /** The role that the pooler itself logs in as. */
  role: string;
  /** The only database that clients reach. Plain, because the server's certificate rules name it too. */
  database: string;
  /** Server connections for each role. */
  poolSize: number;
  /** Where it is published: an address of the engine's machine, and a TCP port. */
  publish: { address: string; port: number };
  /** Clients' name for that machine. */
  host: string;
  /** What must be in place before the first client connects. */
  after: pulumi.Resource;
}

/** MiB. PgBouncer takes a few kilobytes per client, and some more for TLS. */
const memory = 256;

/**
 * PgBouncer in front of the server: many clients share few connections, one transaction at a time, and a client leaves nothing
 * behind on a connection.
 *
 * It stores nothing. A changed setting or key restarts its container, another image replaces it; clients are disconnected for a
 * few seconds.
 */
export class Pooler extends pulumi.ComponentResource {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;

  constructor(name: string, args: PoolerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Pooler", name, {}, opts);
    const { image, certificates, publish } = args;
    const alias = `${args.prefix}-pgbouncer`;
    const child = { parent: this };

    const configuration = new Volume(
      `${name}-configuration`,
      { name: `${alias}-configuration` },
      child,
    );
    const files = [
      ...pgbouncerFiles(args),
      { file: poolerPaths.certificate, content: certificates.server.certificate },
      { file: poolerPaths.key, content: certificates.server.privateKey, secret: true },
      { file: poolerPaths.clientCertificate, content: certificates.client.certificate },
      { file: poolerPaths.clientKey, content: certificates.client.privateKey, secret: true },
      { file: poolerPaths.authority, content: certificates.authority },
    ].map((each) => ({ ...each, file: basename(each.file) }));
    makeConfinedContainer(
      name,
      {
        container: alias,
        image,
        user: poolerPaths.user,
        network: args.network,
        publish: { internal: 6432, ...publish },
        configuration: { volume: configuration.name, path: poolerPaths.configuration, files },
        tmpfs: { "/tmp": runTimeFiles(1024), "/run/pgbouncer": runTimeFiles(1024) },
        memory,
        // On shutdown it waits for running transactions.
        stopTimeout: 15,
        patience: 60,
      },
      { ...child, dependsOn: args.after },
    );

    this.host = pulumi.output(args.host);
    this.port = pulumi.output(publish.port);
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
