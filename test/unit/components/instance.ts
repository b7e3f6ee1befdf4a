import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { Instance } from "../../../components/instance/instance";

/** An instance that components can be tried on. */
export function instance(): Instance {
  const provider = new postgresql.Provider("test", {});
  const host = pulumi.output("127.0.0.1");
  const connect = (database: pulumi.Input<string>) =>
    pulumi
      .output(database)
      .apply((database) => ({ host: "127.0.0.1", port: 5433, database, user: "postgres" }));
  const maintenance = connect("postgres");
  return { host, port: pulumi.output(5433), provider, server: provider, maintenance, connect };
}
