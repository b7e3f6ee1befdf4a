import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { runQuietly } from "@hosterizer/cli/runProgram";
import { dump } from "@hosterizer/postgres/backup/dump";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { libpqEnvironment } from "@hosterizer/postgres/connection/libpqEnvironment";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";
import { inTurns, ratio } from "./turns";
import { ofTwoSizes } from "./twoSizes";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);

const command = "npm run db -- dump";
const work = "its dump alone";
const plain = "pg_dump";

/**
 * The whole command, and what it does once it has started, against pg_dump by the superuser: the same format, the same compression,
 * the same way to the server.
 */
export async function measureDumps({ project, db }: BackedUpStack): Promise<Figure[]> {
  const folder = await mkdtemp(join(project.directory, "dumps-"));
  const file = join(folder, "bench.dump");
  const role = await project.connection("app_backup");
  const superuser = await project.connection();
  let size = 0;
  const clear = async () => {
    size = (await stat(file)).size;
    await rm(file);
  };
  const sized = await ofTwoSizes(project, () =>
    inTurns(
      [
        { name: command, run: () => db("dump", "--file", file), clear },
        { name: work, run: () => dump(role, file, {}), clear },
        { name: plain, run: () => pgDump(superuser, file), clear },
      ],
      rounds,
    ),
  );
  return [
    ...sized.flatMap(({ size, turns }) =>
      [command, work].map((way) => ({
        what: `${size}: ${way}, over pg_dump`,
        measured: ratio(turns.seconds, way, plain).toFixed(2),
        goal: "≤ 1.15",
      })),
    ),
    { what: "size of the dump of 1.5 GB", measured: `${Math.round(size / 1e6)} MB` },
  ];
}

async function pgDump(connection: Connection, file: string): Promise<void> {
  const { code, stderr } = await runQuietly("pg_dump", ["--format=custom", `--file=${file}`], {
    env: libpqEnvironment(connection),
  });
  if (code !== 0) throw new Error(`pg_dump, which has to be on the PATH, has failed: ${stderr}`);
}
