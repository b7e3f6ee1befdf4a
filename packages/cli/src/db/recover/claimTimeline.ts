import type Dockerode from "dockerode";

import { backupPaths, stanza } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { hasHistory } from "@hosterizer/postgres/backup/pgbackrest/readArchive";
import { UserError } from "@hosterizer/postgres/userError";
import { runInContainer } from "../../dockerStack/runInContainer";
import { say } from "../../terminal";
import { inRepository, pgbackrestWords } from "../backup/backupContainer";

/**
 * Archives the history of the timeline that a recovery has begun. Until it is in the repositories, the next recovery would take the same
 * number, and the server that is put in place second could not archive its WAL: the names are taken.
 *
 * pgBackRest compares the system identifier of the server that it archives for. That is the recovered one, which the server of the
 * container that takes backups need not be; so it gets a folder with the recovered control file.
 *
 * A repository that fails does not keep the others from taking the history. The container that takes backups gives it the history later.
 *
 * @param recovered the container with the recovered server, which has stopped
 * @param backup the container that takes backups
 * @param repository the number of the one that was recovered from; `others`: those of the rest
 * @returns pgBackRest's words if not even that one has the history; undefined if it has
 * @throws UserError if another repository has a timeline of the same number
 */
export async function claimTimeline(
  recovered: Dockerode.Container,
  backup: Dockerode.Container,
  { repository, others }: { repository: number; others: readonly number[] },
): Promise<string | undefined> {
  const { data } = backupPaths;
  const newest = await read(recovered, `cd ${data}/pg_wal && ls *.history | sort | tail -n 1`);
  const isIn = (number: number) =>
    hasHistory(inRepository(backup, number), newest).catch(() => false);
  for (const other of others) {
    if (!(await isIn(other))) continue;
    throw new UserError(
      `Repository ${other} has another timeline ${newest.replace(/\..*/, "")}: repository ${repository} has missed a recovery. Nothing was changed.`,
      `Recover from the other one: --repository ${other}`,
    );
  }
  const history = await read(recovered, `base64 -w 0 ${data}/pg_wal/${newest}`);
  const control = await read(recovered, `base64 -w 0 ${data}/global/pg_control`);
  const pushed = await runInContainer(
    backup,
    [
      "sh",
      "-ec",
      `copy=$(mktemp -d); trap 'rm -rf "$copy"' EXIT; mkdir "$copy/global"
       printf %s "$CONTROL" | base64 -d >"$copy/global/pg_control"
       printf %s "$HISTORY" | base64 -d >"$copy/${newest}"
       pgbackrest --stanza=${stanza} --pg1-path="$copy" --no-archive-async archive-push "$copy/${newest}"`,
    ],
    { environment: [`HISTORY=${history}`, `CONTROL=${control}`] },
  );
  if (pushed.code === 0) return undefined;
  const words = pgbackrestWords(pushed);
  if (!(await isIn(repository))) return words;
  say(
    `  a repository fails, and gets the history of the new timeline when it answers again:\n${words.replace(/^/gm, "    ")}`,
  );
  return undefined;
}

async function read(container: Dockerode.Container, line: string): Promise<string> {
  const { code, output, messages } = await runInContainer(container, ["sh", "-c", line]);
  if (code !== 0) throw new Error(`${line} ended with ${code}: ${messages}`);
  return output.trim();
}
