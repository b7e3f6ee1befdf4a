import { basename } from "node:path";

import { Volume } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { pgbouncerFiles } from "@hosterizer/postgres/pooler/pgbouncerFiles";
import { poolerPaths } from "@hosterizer/postgres/pooler/poolerPaths";
import { makeConfinedContainer, runTimeFiles } from "./docker/confinedContainer";

/** A certificate with its key, in PEM. */
interface KeyAndCertificate {
  certificate: pulumi.Input<string>;
  /** Secret. */
  privateKey: pulumi.Output<string>;
}

export interface PoolerArgs {
  /** What all names begin with. */
  prefix: string;
  /** Id of the image. */
  image: pulumi.Input<string>;
  /** Id of the network that the server is in. */
  network: pulumi.Input<string>;
  /** Where the server is in that network. Its certificate is made out to this host. */
  server: { host: string; port: number };
  certificates: {
    /** What clients are shown: made out to `host`. */
    server: KeyAndCertificate;
    /** What the server is shown: made out to `role`. */
    client: KeyAndCertificate;
    /** Who has signed all of them, in PEM. */
    authority: pulumi.Input<string>;
  };
  /** What the pooler itself logs in as. */
  role: string;
  /** The one database that there is a way to. Plain, because the server's certificate rules name it too. */
  database: string;
  /** Connections to the server for each role. */
  poolSize: number;
  /** Where it is published: an address of the engine's machine, and a TCP port. */
  publish: { address: string; port: number };
  /** What clients call that machine. */
  host: string;
  /** What the first client needs. */
  after: pulumi.Resource;
}

/** It holds a few kilobytes a client, and some more for TLS. In MiB. */
const memory = 256;

/**
 * PgBouncer before the server: many clients share few connections, one transaction at a time, and nothing of a client stays
 * behind on a connection.
 *
 * It keeps nothing. A changed setting or key restarts its container, another image replaces it; clients are cut off for a few
 * seconds.
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
        // At the end it waits for transactions that are under way.
        stopTimeout: 15,
        waitTimeout: 60,
      },
      { ...child, dependsOn: args.after },
    );

    this.host = pulumi.output(args.host);
    this.port = pulumi.output(publish.port);
    this.registerOutputs({ host: this.host, port: this.port });
  }
}
