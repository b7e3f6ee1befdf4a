import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { runQuietly } from "@hosterizer/cli/runProgram";

/** A transaction that pgbench repeats. */
export interface Script {
  name: string;
  text: string;
}

/**
 * Runs scripts in one run of pgbench, each as often as the others, in turn by chance: whatever else the machine does meets
 * all of them.
 *
 * @returns the milliseconds of every transaction, by script
 */
export async function pgbench(
  connection: Connection,
  scripts: readonly Script[],
  seconds: number,
): Promise<Map<string, number[]>> {
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-pgbench-"));
  try {
    const files = scripts.map((_, index) => join(folder, `${String(index)}.sql`));
    await Promise.all(scripts.map(({ text }, index) => writeFile(files[index] ?? "", text)));
    const { host, port, database, user, password } = connection;
    const { code, stdout, stderr } = await runQuietly(
      "pgbench",
      [
        ...["--no-vacuum", "--protocol=prepared", "--client=1", "--jobs=1"],
        ...[`--time=${String(seconds)}`, "--log", `--log-prefix=${join(folder, "log")}`],
        ...files.map((file) => `--file=${file}`),
        ...["--host", host, "--port", String(port), "--username", user, database],
      ],
      { env: { ...process.env, PGPASSWORD: password } },
    );
    if (code !== 0)
      throw new Error(`pgbench, which has to be on the PATH, has failed: ${stderr}${stdout}`);
    const times = new Map(scripts.map(({ name }): [string, number[]] => [name, []]));
    for (const name of await readdir(folder)) {
      if (!name.startsWith("log")) continue;
      for (const line of (await readFile(join(folder, name), "utf8")).split("\n")) {
        // Client, number of the transaction, microseconds, number of the script.
        const [, , time, script] = line.split(" ");
        const its = scripts[Number(script)];
        if (time !== undefined && its !== undefined) times.get(its.name)?.push(Number(time) / 1000);
      }
    }
    return times;
  } finally {
    await rm(folder, { recursive: true });
  }
}
