import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";
import type { RowLevelSecurity } from "../../postgres/rowLevelSecurity/rowLevelSecurity";
import type { Inputs } from "./inputs";
import { lateProvider } from "./lateProvider";

export interface TenantContextInputs {
  /** A login that may become the owner. */
  connection: Connection;
  security: RowLevelSecurity;
}

/** The functions that tell policies who is asking. Its id is their schema. */
export class TenantContext extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    args: Inputs<TenantContextInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const provider = lateProvider("components/dynamic/tenantContextProvider");
    super(provider, name, args, opts, "hosterizer", "TenantContext");
  }
}
