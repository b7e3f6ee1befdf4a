import type * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";

/** A server that can be reached, however it came to be. */
export interface Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Speaks to the server with enough rights to create roles and databases. */
  readonly provider: postgresql.Provider;
  /** What everything in the server goes down with; see `deletedWith`. */
  readonly server: pulumi.Resource;
  /** How to reach one of its databases with the same rights. */
  connect(database: pulumi.Input<string>): pulumi.Output<Connection>;
}
