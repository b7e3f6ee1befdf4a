import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { ServerDeclaration } from "@hosterizer/postgres/server/container/readServerSettingsDrift";
import { type Inputs, LazyResource } from "./lazyResource";

export interface ServerSettingsInputs extends ServerDeclaration {
  /** A superuser's, to the database postgres. */
  connection: Connection;
  /** The server's address, which is its output: `connection` is as secret as its password. */
  host: string;
  port: number;
}

/**
 * A server that takes queries, with the declared settings in force. Its id is `settings`.
 *
 * What a running server takes is set on it; what needs a restart, and the rules about who may connect, come with the
 * container, and are compared. Whoever needs the server takes its address from here: by then it answers. Deleting the
 * resource leaves the server as it is.
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
