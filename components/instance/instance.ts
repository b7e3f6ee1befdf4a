import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";

/** A server that can be reached, however it came to be. */
export interface Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** How clients make sure that it is this server; undefined for one that no network lies before. */
  readonly tls?: Tls;
  /** Speaks to the server with enough rights to create roles and databases. */
  readonly provider: postgresql.Provider;
  /** What everything in the server goes down with; undefined where the server is not this stack's, and outlives it. */
  readonly server: pulumi.Resource | undefined;
  /** The role that the provider logs in as, where that is no superuser: it has to become a member of the owner. */
  readonly deployRole?: string;
  /** How the login that deploys reaches the server in a database that is not this stack's. */
  readonly maintenance: pulumi.Output<Connection>;
  /** How to reach one of its databases with the same rights. */
  connect(database: pulumi.Input<string>): pulumi.Output<Connection>;
}

/** TLS as libpq names it, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export interface Tls {
  readonly sslmode: SslMode;
  /** Path of the certificate authority's PEM file, from the project folder. Default: the operating system's authorities. */
  readonly sslrootcert?: pulumi.Output<string>;
}
