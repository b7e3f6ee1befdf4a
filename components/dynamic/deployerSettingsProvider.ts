import {
  applyDeployerSettings,
  readDeployerSettings,
} from "@hosterizer/postgres/access/deployerSettings";
import type { DeployerSettingsInputs } from "./deployerSettings";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";

export const provider = makeProvider<DeployerSettingsInputs>({
  id: ({ database }) => database,
  // PostgreSQL keeps the settings of each login apart.
  compared: ({ database, connection }) => [database, connection.user],
  check: checkDrift(({ connection, database }) =>
    inspect("the settings of the login that deploys", () =>
      readDeployerSettings(connection, database),
    ),
  ),
  apply: async (inputs) => {
    await applyDeployerSettings(inputs.connection, inputs.database);
    return inputs;
  },
});
