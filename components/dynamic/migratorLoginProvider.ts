import {
  readMigratorAccess,
  restoreMigratorAccess,
} from "@hosterizer/postgres/access/migratorAccess";
import { withSession } from "@hosterizer/postgres/connection/withSession";
import { checkDrift, inspect } from "./drift";
import type { MigratorLoginInputs } from "./migratorLogin";
import { makeProvider } from "./provider";

export const provider = makeProvider<MigratorLoginInputs>({
  id: ({ owner }) => owner,
  compared: ({ owner, role }) => [owner, role],
  check: checkDrift((news) =>
    inspect("the migrator's login", () => readMigratorAccess(news, withSession)),
  ),
  apply: async (inputs) => {
    await restoreMigratorAccess(inputs.deployer, inputs);
    return inputs;
  },
});
