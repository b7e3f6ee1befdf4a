import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";
import type { RowLevelSecurity } from "../../postgres/rowLevelSecurity/rowLevelSecurity";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

export interface TenantContextInputs {
  /** A login that may become the owner. */
  connection: Connection;
  security: RowLevelSecurity;
}

/** The functions that tell policies who is asking. Its id is their schema. */
export class TenantContext extends LateResource {
  constructor(
    name: string,
    args: Inputs<TenantContextInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("TenantContext", name, args, opts);
  }
}
