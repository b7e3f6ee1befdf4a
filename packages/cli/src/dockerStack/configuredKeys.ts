import { buffer } from "node:stream/consumers";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import {
  keysInConfiguration,
  type RepositoryKeys,
} from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { DockerNames } from "./dockerObjects";
import { engine } from "./engine";

/** The keys of a stack's backups as its containers have them; undefined if there are none, or if no repository is encrypted. */
export async function readConfiguredKeys(names: DockerNames): Promise<RepositoryKeys | undefined> {
  const path = `${backupPaths.configuration}/pgbackrest.conf`;
  for (const name of [names.backup, ...names.containers]) {
    const archive = await ifExists(engine().getContainer(name).getArchive({ path }));
    if (archive === undefined) continue;
    const keys = keysInConfiguration((await buffer(archive)).toString());
    if (Object.keys(keys).length > 0) return keys;
  }
  return undefined;
}
