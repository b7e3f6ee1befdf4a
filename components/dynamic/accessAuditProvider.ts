import { readAudit, repairAudit } from "@hosterizer/postgres/audit/audit";
import { readWarnings } from "@hosterizer/postgres/audit/warnings";
import { withSession } from "@hosterizer/postgres/connection/withSession";
import type { AccessAuditInputs } from "./accessAudit";
import { checkDrift, inspect } from "./drift";
import { makeProvider } from "./provider";

export const provider = makeProvider<AccessAuditInputs>({
  id: ({ owner }) => owner,
  // The live database is all that counts: an earlier declaration has left nothing else behind.
  compared: () => [],
  check: checkDrift((news) => inspect("the access rights", () => readFindings(news))),
  apply: async (inputs) => {
    await repairAudit(inputs.connection, inputs);
    return inputs;
  },
});

/** Undeclared rights, owners and settings. Also prints what an operator should know. */
function readFindings(inputs: AccessAuditInputs) {
  return withSession(inputs.connection, async (client) => {
    for (const warning of await readWarnings(client, inputs)) console.log(`warning: ${warning}`);
    return (await readAudit(client, inputs)).map(({ finding }) => finding);
  });
}
