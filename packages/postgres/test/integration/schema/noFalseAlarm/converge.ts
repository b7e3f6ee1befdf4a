import { repairAudit } from "../../../../src/audit/audit";
import {
  applyTablePrivileges,
  readTablePrivilegesDrift,
} from "../../../../src/audit/missingPrivileges";
import { applyRowLevelSecurity } from "../../../../src/rowLevelSecurity/rowLevelSecurity";
import { boundTo } from "../../audit/auditedDatabase";
import { declared } from "./declared";
import { accessDepartures, rowLevelSecurityDepartures } from "./departures";
import type { Model } from "./model";
import type { Stage } from "./stage";

/** Does what an update does after its migrations, if there is anything to do: checking is cheaper. */
export async function converge(stage: Stage, model: Model): Promise<void> {
  const declaration = declared(model);
  const { connection } = stage.settings;
  if ((await rowLevelSecurityDepartures(stage, declaration, model.version)).length > 0)
    await applyRowLevelSecurity(connection, declaration);
  for (const wanted of boundTo(declaration)) {
    if ((await readTablePrivilegesDrift(connection, wanted)).length > 0)
      await applyTablePrivileges(connection, wanted);
  }
  if ((await accessDepartures(stage, declaration)).length > 0)
    await repairAudit(stage.superuser, declaration);
}
