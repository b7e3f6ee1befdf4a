import type Dockerode from "dockerode";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { damagedRecord, readOwnRecords } from "@hosterizer/postgres/backup/pgbackrest/ownRecords";
import {
  type RestorePoint,
  restorePoint,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { UserError } from "@hosterizer/postgres/userError";
import { runInContainer } from "../../dockerStack/runInContainer";
import { say } from "../../terminal";
import { inRepository, pgbackrestError } from "./backupContainer";

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
  const known = await readOwnRecords(inRepository(container, first), folder, restorePoint);
  const taken = known?.records.find((point) => point.name === name);
  if (taken !== undefined) {
    throw new UserError(
      taken.unconfirmed === true
        ? `The name ${name} was given at ${taken.time}, by a command that did not end.`
        : `There is a restore point ${name} already, of ${taken.time}.`,
      "Choose another name.",
    );
  }
  const path = pathOf(name);
  if (known?.damaged.includes(path) === true) {
    throw new UserError(
      `The name ${name} was given before: its record, ${path} in repository ${first}, is damaged.`,
      "Choose another name.",
    );
  }
  // The record first: a name in the WAL cannot be taken back, and one that nothing records could be given twice.
  const before = await ask(container, "pg_catalog.pg_current_wal_insert_lsn()");
  const intended = { name, ...before, time: new Date().toISOString(), unconfirmed: true } as const;
  for (const repository of repositories) await record(container, repository, intended);
  // Nothing but the pattern above gets into SQL.
  const created = await ask(container, `pg_catalog.pg_create_restore_point('${name}')`);
  const point = { name, ...created, time: new Date().toISOString() };
  for (const repository of repositories) await record(container, repository, point);
  return point;
}

/** Asks the server for an LSN, and for its timeline. @throws UserError if it does not answer */
async function ask(
  container: Dockerode.Container,
  lsn: string,
): Promise<Pick<RestorePoint, "lsn" | "timeline">> {
  const program = ["psql", "-X", "-At", "-F", " ", "-h", backupPaths.socket];
  const query = `select ${lsn}, timeline_id from pg_catalog.pg_control_checkpoint()`;
  const command = [...program, "-U", "postgres", "-d", "postgres", "-c", query];
  const run = await runInContainer(container, command);
  if (run.code !== 0) {
    throw new UserError(
      `No restore point was created: ${run.messages.trim()}`,
      "Start the server, then repeat the command with another name.",
    );
  }
  const [found = "", timeline = "1"] = run.output.trim().split(" ");
  return { lsn: found, timeline: Number(timeline) };
}

/** Where a restore point is recorded in a repository. */
function pathOf(name: string): string {
  return `${folder}/${name}.json`;
}

async function record(
  container: Dockerode.Container,
  repository: number,
  point: RestorePoint,
): Promise<void> {
  const path = pathOf(point.name);
  const line = `printf '%s' '${JSON.stringify(point)}' | pgbackrest --stanza=hosterizer --repo=${repository} --raw repo-put ${path}`;
  const run = await runInContainer(container, ["sh", "-c", line]);
  if (run.code !== 0) throw pgbackrestError("The restore point cannot be recorded", run);
}

/** The restore points that a repository has a record of, oldest first. */
export async function readRestorePoints(
  container: Dockerode.Container,
  repository: number,
): Promise<RestorePoint[]> {
  const found = await readOwnRecords(inRepository(container, repository), folder, restorePoint);
  for (const path of found?.damaged ?? []) say(damagedRecord(repository, path));
  return (found?.records ?? []).sort((one, other) => one.time.localeCompare(other.time));
}
