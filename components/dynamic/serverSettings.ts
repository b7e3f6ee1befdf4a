import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { ServerDeclaration } from "@hosterizer/postgres/server/container/serverSettings";
import { type Inputs, LazyResource } from "./lazyResource";

export interface ServerSettingsInputs extends ServerDeclaration {
  /** A superuser's connection to the database postgres. */
  connection: Connection;
  /** The server's address, as an output too: `connection` is as secret as its password. */
  host: string;
  port: number;
}

/**
 * A server that accepts queries, with the declared settings in force. Its ID is `settings`.
 *
 * Settings that a running server takes are set on it; those that need a restart, and the rules of pg_hba.conf, come with the
 * container and are compared. What needs the server takes its address from here: by then it answers. Deleting the resource leaves
 * the server as it is.
 */
export class ServerSettings extends LazyResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;

  constructor(
    name: string,
    args: Inputs<ServerSettingsInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("ServerSettings", name, args, opts);
  }
}
