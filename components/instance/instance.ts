import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";

import type { Connection, SslMode } from "../../postgres/connection";

/** A server that can be reached, however it came to be. */
export interface Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** How clients make sure that it is this server; undefined for one that no network lies before. */
  readonly tls?: Tls;
  /** Speaks to the server with enough rights to create roles and databases. */
  readonly provider: postgresql.Provider;
  /** What everything in the server goes down with; see `deletedWith`. */
  readonly server: pulumi.Resource;
  /** How to reach one of its databases with the same rights. */
  connect(database: pulumi.Input<string>): pulumi.Output<Connection>;
}

/** TLS as libpq names it, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export interface Tls {
  readonly sslmode: SslMode;
  /** Path of the certificate authority's PEM file, from the project folder. */
  readonly sslrootcert: pulumi.Output<string>;
}
