import {
  applyUserLookup,
  readLookupDrift,
  removeUserLookup,
} from "@hosterizer/postgres/pooler/userLookup";
import { checkDrift, inspect } from "./drift";
import type { PoolerLookupInputs } from "./poolerLookup";
import { makeProvider } from "./provider";

export const provider = makeProvider<PoolerLookupInputs>({
  id: ({ role }) => role,
  compared: ({ owner, role, authenticator }) => [owner, role, authenticator],
  check: checkDrift((news) =>
    inspect("the pooler's access", () => readLookupDrift(news.connection, news)),
  ),
  apply: async (inputs) => {
    await applyUserLookup(inputs.connection, inputs);
    return inputs;
  },
  // Nothing that hands out verifiers stays undeclared.
  remove: (outputs) => removeUserLookup(outputs.connection, outputs),
});
