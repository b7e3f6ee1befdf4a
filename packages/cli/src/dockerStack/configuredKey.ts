import { buffer } from "node:stream/consumers";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { DockerNames } from "./dockerObjects";
import { engine } from "./engine";

/** The key of a stack's backups as its containers have it; undefined if there are none, or if the repository is not encrypted. */
export async function readConfiguredKey(names: DockerNames): Promise<string | undefined> {
  const path = `${backupPaths.configuration}/pgbackrest.conf`;
  for (const name of [names.backup, ...names.containers]) {
    const archive = await ifExists(engine().getContainer(name).getArchive({ path }));
    if (archive === undefined) continue;
    const [, key] = /^repo1-cipher-pass=(\S+)$/m.exec((await buffer(archive)).toString()) ?? [];
    if (key !== undefined) return key;
  }
  return undefined;
}
