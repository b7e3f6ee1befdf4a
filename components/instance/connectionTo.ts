import * as pulumi from "@pulumi/pulumi";

import { type Connection, hostsOf } from "@hosterizer/postgres/connection/connection";
import type { Instance } from "./instance";

/** A role's connection to a database of a server. */
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
 * The same as a URL. It contains the password, so it is as secret as the password, and undefined where the password is.
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

// The colons of an IPv6 address would be read as the port's: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2.
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
