import type { Connection } from "../../connection/connection";
import type { Difference } from "../../convergence/difference";
import { withSession } from "../../connection/withSession";
import { readSettingsInForce } from "./readSettingsInForce";
import type { ServerSetting } from "./serverSetting";
import { settingsDrift } from "./settingsDrift";

/** How the running server's settings differ from the declared ones. @param connection a superuser's */
export async function readSettingsDrift(
  connection: Connection,
  wanted: readonly ServerSetting[],
): Promise<Difference[]> {
  return withSession(connection, async (client) =>
    settingsDrift(await readSettingsInForce(client, wanted), wanted),
  );
}
