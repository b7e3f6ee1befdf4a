import type Dockerode from "dockerode";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import type { RestorePoint } from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { UserError } from "@hosterizer/postgres/userError";
import { runInContainer } from "../../dockerStack/runInContainer";
import { pgbackrest, pgbackrestError } from "./backupContainer";

/** Where they are recorded in each repository: a recovery must find them when the server is gone, and with it its own record. */
const folder = "restore-points";

/**
 * Names the present state of a server, so that it can be recovered.
 *
 * @throws UserError if the name is taken or cannot be one
 */
export async function createRestorePoint(
  container: Dockerode.Container,
  repositories: readonly number[],
  name: string,
): Promise<RestorePoint> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) {
    throw new UserError(
      `"${name}" cannot be the name of a restore point.`,
      "Use letters, digits, _, . and -, up to 63 of them.",
    );
  }
  const [first = 1] = repositories;
  const taken = (await readRestorePoints(container, first)).find((point) => point.name === name);
  if (taken !== undefined) {
    throw new UserError(
      `There is a restore point ${name} already, of ${taken.time}.`,
      "Choose another name.",
    );
  }
  const created = await runInContainer(container, [
    ...[
      "psql",
      "-X",
      "-At",
      "-F",
      " ",
      "-h",
      backupPaths.socket,
      "-U",
      "postgres",
      "-d",
      "postgres",
    ],
    // Nothing but the pattern above gets into SQL.
    "-c",
    `select pg_catalog.pg_create_restore_point('${name}'), timeline_id from pg_catalog.pg_control_checkpoint()`,
  ]);
  if (created.code !== 0)
    throw new UserError(`No restore point was created: ${created.messages.trim()}`, "See above.");
  const [lsn = "", timeline = "1"] = created.output.trim().split(" ");
  const point = { name, lsn, timeline: Number(timeline), time: new Date().toISOString() };
  for (const repository of repositories) await record(container, repository, point);
  return point;
}

async function record(
  container: Dockerode.Container,
  repository: number,
  point: RestorePoint,
): Promise<void> {
  const path = `${folder}/${point.name}.json`;
  const line = `printf '%s' '${JSON.stringify(point)}' | pgbackrest --stanza=hosterizer --repo=${repository} --raw repo-put ${path}`;
  const run = await runInContainer(container, ["sh", "-c", line]);
  if (run.code !== 0) throw pgbackrestError("The restore point cannot be recorded", run);
}

/** The restore points that a repository has a record of, oldest first. */
export async function readRestorePoints(
  container: Dockerode.Container,
  repository: number,
): Promise<RestorePoint[]> {
  const listing = await pgbackrest(container, [
    ...[`--repo=${repository}`, "--output=json", "repo-ls", folder],
  ]);
  if (listing.code !== 0) return [];
  const points: RestorePoint[] = [];
  const files = Object.keys(JSON.parse(listing.output) as object);
  for (const file of files.filter((name) => name.endsWith(".json"))) {
    const run = await pgbackrest(container, [
      `--repo=${repository}`,
      "--raw",
      "repo-get",
      `${folder}/${file}`,
    ]);
    if (run.code === 0) points.push(JSON.parse(run.output) as RestorePoint);
  }
  return points.sort((one, other) => one.time.localeCompare(other.time));
}
