import { readFile } from "node:fs/promises";

import { failsRun } from "../../../../test/failsRun";
import { ask } from "../../../offline-plugins/test/integration/serverUrl";
import { startTestServer } from "./testServer";

const clusterWide =
  /alter\s+system|alter\s+role\s+all\b|on\s+(?:parameter|tablespace)\b|(?:create|alter|drop)\s+tablespace/i;

/**
 * One server for all integration tests. Its superuser's URL is in TEST_DATABASE_URL; each file makes databases of its own.
 *
 * A run fails that has changed there what all databases notice: beside others such a test makes them fail at random.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const { server, url, remove } = await startTestServer();
  process.env["TEST_DATABASE_URL"] = url;
  // Nothing here outlives the tests: making and dropping a database takes a third of the time that it takes otherwise.
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit"])
    await ask(url, `alter system set ${setting} = off`);
  await ask(url, "alter system set log_statement = 'ddl'");
  await ask(url, "select pg_catalog.pg_reload_conf()");
  return failsRun(async () => {
    const log = await readFile(server.paths.log, "utf8");
    await remove();
    // The lines of a statement after its first begin with a tab.
    const changes = log
      .split(/\n(?!\t)/)
      .filter((entry) => entry.includes("statement: ") && clusterWide.test(entry));
    if (changes.length === 0) return;
    throw new Error(
      `These change what all databases of the shared server notice. Give their tests a server of their own, by startTestServer:\n${changes.join("\n")}`,
    );
  });
}
