import { posix } from "node:path";

import { backupPaths } from "./backupDeclaration";

/**
 * What tells a copy from its original: pgBackRest takes both for one server, because they have one system identifier. A copy gets an ID when
 * it is made, in the volume with its data, and its repositories bear the same. An original has none.
 */
export const copyId = {
  /** Path of the file beside the data, inside the containers. */
  inVolume: posix.join(posix.dirname(backupPaths.data), "copy-id"),
  /** Its path in a repository. */
  inRepository: "copy-id",
} as const;

/** Options of pgBackRest that print the ID of a repository, or nothing. */
export const readCopyId = ["--raw", "--ignore-missing", "repo-get", copyId.inRepository] as const;
