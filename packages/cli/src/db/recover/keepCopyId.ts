import { randomUUID } from "node:crypto";

import type Dockerode from "dockerode";

import { copyId, readCopyId } from "@hosterizer/postgres/backup/pgbackrest/copyId";
import { runInContainer } from "../../dockerStack/runInContainer";
import { pgbackrest } from "../backup/backupContainer";

/** Makes what was recovered a copy: no repository of the original takes its WAL. */
export function makeCopy(recovered: Dockerode.Container): Promise<void> {
  return write(recovered, randomUUID());
}

/**
 * Keeps what was recovered the same server for the repository: a copy remains a copy, and an original an original.
 *
 * @param backup the container that takes backups
 * @param repository the number of the one that was recovered from
 */
export async function keepCopyId(
  recovered: Dockerode.Container,
  backup: Dockerode.Container,
  repository: number,
): Promise<void> {
  const { output } = await pgbackrest(backup, [`--repo=${repository}`, ...readCopyId]);
  const id = output.trim();
  if (id !== "") await write(recovered, id);
}

async function write(recovered: Dockerode.Container, id: string): Promise<void> {
  const line = `printf '%s\\n' "$ID" >${copyId.inVolume}`;
  const { code, messages } = await runInContainer(recovered, ["sh", "-ec", line], {
    environment: [`ID=${id}`],
  });
  if (code !== 0) throw new Error(`${copyId.inVolume} could not be written: ${messages}`);
}
