import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";
import type { Instance } from "./instance";

/** How a role reaches a database of a server. */
export function connectionTo(
  { host, port, tls }: Pick<Instance, "host" | "port" | "tls">,
  database: pulumi.Input<string>,
  user: pulumi.Input<string>,
  password: pulumi.Input<string>,
): pulumi.Output<Connection> {
  return pulumi
    .all([host, port, database, user, password, tls?.sslrootcert])
    .apply(([host, port, database, user, password, sslrootcert]) => ({
      host,
      port,
      database,
      user,
      password,
      ...(tls === undefined ? {} : { sslmode: tls.sslmode }),
      ...(sslrootcert === undefined ? {} : { sslrootcert }),
    }));
}

/** The same as a URL for a port that need not be the server's own. It holds the password, so it is as secret as that. */
export function urlTo(
  { host, port, tls }: Pick<Instance, "host" | "port" | "tls">,
  database: pulumi.Input<string>,
  user: pulumi.Input<string>,
  password: pulumi.Input<string>,
): pulumi.Output<string> {
  // Colons of an IPv6 address would be taken for the port's: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2.
  const named = host.apply((host) => (host.includes(":") ? `[${host}]` : host));
  const url = pulumi.interpolate`postgresql://${user}:${password}@${named}:${port}/${database}`;
  if (tls === undefined) return url;
  return pulumi.interpolate`${url}?sslmode=${tls.sslmode}&sslrootcert=${tls.sslrootcert}`;
}
