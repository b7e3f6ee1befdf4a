import * as pulumi from "@pulumi/pulumi";

import { type Connection, hostsOf } from "@hosterizer/postgres/connection/connection";
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

/**
 * The same as a URL for a port that need not be the server's own. It holds the password, so it is as secret as that, and
 * undefined where that is.
 */
export function urlTo(
  { host, port, tls }: Pick<Instance, "host" | "port" | "tls">,
  database: pulumi.Input<string>,
  user: pulumi.Input<string>,
  password: pulumi.Input<string | undefined>,
): pulumi.Output<string | undefined> {
  return pulumi
    .all([host, port, database, user, password, tls?.sslrootcert])
    .apply(([host, port, database, user, password, sslrootcert]) => {
      if (password === undefined) return undefined;
      const hosts = hostsOf({ host });
      const addresses = hosts.map((one) => `${bracketed(one)}:${String(port)}`).join(",");
      const url = `postgresql://${user}:${password}@${addresses}/${database}`;
      if (tls === undefined) return url;
      const authority = sslrootcert === undefined ? "" : `&sslrootcert=${sslrootcert}`;
      const target = hosts.length > 1 ? "&target_session_attrs=read-write" : "";
      return `${url}?sslmode=${tls.sslmode}${authority}${target}`;
    });
}

// Colons of an IPv6 address would be taken for the port's: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2.
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
