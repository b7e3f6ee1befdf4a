import { readdir } from "node:fs/promises";

import { lockDown, type LockdownOptions, readOpenings } from "@hosterizer/postgres/audit/lockdown";
import { numberOf } from "@hosterizer/postgres/migrations/migration";
import { checkDrift, inspect } from "./drift";
import type { LockdownInputs } from "./lockdown";
import { makeProvider } from "./provider";
import { noteOpenings } from "./refusalOrder";

export const provider = makeProvider<LockdownInputs>({
  id: ({ owner }) => owner,
  // The live database is all that counts: an earlier declaration has left nothing else behind.
  compared: () => [],
  check: checkDrift((news) =>
    inspect("what is open", async () => {
      const found = await readOpenings(await optionsOf(news));
      noteOpenings(found);
      return found;
    }),
  ),
  apply: async (inputs) => {
    await lockDown(await optionsOf(inputs), (line) => {
      console.log(line);
    });
    return inputs;
  },
});

async function optionsOf(inputs: LockdownInputs): Promise<LockdownOptions> {
  const { connection, migrator, directory, target, ...audit } = inputs;
  return { connection, migrator, audit, version: target ?? (await lastNumber(directory)) };
}

/** Reads names only: faults of the folder must not keep anything open. */
async function lastNumber(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  return Math.max(0, ...names.filter((name) => name.endsWith(".up.sql")).map(numberOf));
}
