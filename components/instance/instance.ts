import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";

/** A PostgreSQL server, wherever it comes from. */
export interface Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** How clients verify the server; undefined for one on the loopback address. */
  readonly tls?: Tls;
  /** A login that may create roles and databases. */
  readonly provider: postgresql.Provider;
  /** The resource that everything in the server is deleted with; undefined where the stack does not own the server. */
  readonly server: pulumi.Resource | undefined;
  /** The provider's role if it is not a superuser: it must become a member of the owner. */
  readonly deployRole?: string;
  /** The deployer's connection to a database that the stack does not own. */
  readonly maintenance: pulumi.Output<Connection>;
  /** The deployer's connection to one of the databases. */
  connect(database: pulumi.Input<string>): pulumi.Output<Connection>;
}

/** TLS as libpq names it, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export interface Tls {
  readonly sslmode: SslMode;
  /** Path of the certificate authority's PEM file, from the project folder. Default: the operating system's authorities. */
  readonly sslrootcert?: pulumi.Output<string>;
}

/** Options of what is deleted with its server, so that Pulumi does not have to drop it first. */
export function deletedWithServer({
  server,
}: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return server === undefined ? {} : { deletedWith: server };
}

/**
 * Options of what holds data: no update drops it. On a server that the stack does not own it is protected too, so that Pulumi
 * refuses to destroy the stack.
 */
export function holdsData({ server }: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return { ...deletedWithServer({ server }), retainOnDelete: true, protect: server === undefined };
}

/**
 * Options of what depends on everything else. On a server that the stack does not own it is protected, so that destroying the
 * stack stops before anything is deleted: Pulumi deletes in reverse order, and refuses only when it comes to a protected resource.
 */
export function refusesDestroy({ server }: Pick<Instance, "server">): pulumi.CustomResourceOptions {
  return { protect: server === undefined };
}
