import type { Connection } from "../../connection/connection";
import type { SslMode } from "../../connection/tlsOptions";

/** How a stack says that its existing server is reached; settings.ts has what each of them means. */
export interface DeployAddress {
  host: readonly string[];
  port: number;
  connectDatabase: string;
  sslmode: SslMode;
  sslrootcert?: string | undefined;
  sslcert?: string | undefined;
  sslkey?: string | undefined;
  deployRole: string;
}

/** How the deploy role reaches the server. Its password is the environment's, PGPASSWORD. */
export function deployConnection(address: DeployAddress): Connection {
  const { host, port, connectDatabase: database, sslmode, deployRole: user } = address;
  const { sslrootcert, sslcert, sslkey } = address;
  return {
    host: host.join(","),
    port,
    database,
    user,
    sslmode,
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(sslcert === undefined || sslkey === undefined ? {} : { sslcert, sslkey }),
  };
}
