import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  type Account,
  makeServerAccount,
  serverAccount,
} from "../../../../src/server/embedded/paths";
import { startServer, stopServer } from "../../../../src/server/embedded/server";
import { readServerState } from "../../../../src/server/embedded/serverProcess";
import { startTestServer, type TestServer } from "../../testServer";

const isRoot = process.getuid?.() === 0;

function idOf(flag: string, user: string): number {
  return Number(spawnSync("id", [flag, user], { encoding: "utf8" }).stdout);
}

/** Another program of the account `nobody`, as web servers and the like are. */
const nobody: Account = { uid: idOf("-u", "nobody"), gid: idOf("-g", "nobody") };

// As an ordinary user there is one account only. Needs the project to be root's, as it is where root has cloned it.
describe.skipIf(!isRoot || statSync(".").uid !== 0)("a server that ran as nobody, of root,", () => {
  let own: TestServer;

  beforeAll(async () => {
    own = await startTestServer();
    await stopServer(own.server);
    own.server = { ...own.server, account: nobody };
    await startServer(own.server);
  });
  afterAll(() => own.remove());

  /** The first bytes of what another program of nobody can read of a file or a process. */
  function readAsNobody(path: string): string {
    const { stdout } = spawnSync("head", ["-c", "20", path], { ...nobody, cwd: "/" });
    return stdout.toString("latin1");
  }

  async function exposed(): Promise<string[]> {
    const state = await readServerState(own.server.paths.data);
    if (state.state !== "running") throw new Error("the server does not run");
    const files = [
      join(own.server.paths.data, "global", "pg_control"),
      join(own.server.paths.data, "pg_hba.conf"),
      own.server.paths.log,
      `/proc/${state.pid}/environ`,
    ];
    return files.filter((file) => readAsNobody(file) !== "");
  }

  test("shows its files and its environment to every program of that account", async () => {
    expect(await exposed()).toHaveLength(4);
  });

  test("gets an account of its own at its next start, with its files", async () => {
    makeServerAccount(process.cwd());
    const account = serverAccount(process.cwd());
    expect(account).toEqual({
      uid: idOf("-u", "hosterizer-database"),
      gid: idOf("-g", "hosterizer-database"),
    });
    own.server = { ...own.server, account };
    await stopServer(own.server);
    await startServer(own.server);

    expect(statSync(own.server.paths.directory).uid).toBe(account?.uid);
    expect(await exposed()).toEqual([]);
  });
});
