import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { BackupKeyInputs } from "./backupKey";
import { makeProvider } from "./provider";

type Outputs = BackupKeyInputs & { key: string };

export const provider = makeProvider<BackupKeyInputs, BackupKeyInputs, Outputs>({
  id: ({ file }) => file,
  compared: ({ file, given }) => [file, given],
  /** Adds nothing: the key in force is an output, which only an update sees. */
  check: (_olds, news) => Promise.resolve({ inputs: news }),
  apply: async (inputs, before) => {
    if (before !== undefined && inputs.given !== undefined && inputs.given !== before.key) {
      throw new Error(
        "hosterizer-database:backupKey is not the key of this stack's backups, and pgBackRest cannot change it.\n" +
          "Remove it. To use another repository with that key, destroy the stack and its backups first.",
      );
    }
    const kept = before?.key ?? inputs.given ?? (await readKey(inputs.file));
    return { ...inputs, key: kept ?? randomBytes(32).toString("base64url") };
  },
  remove: async ({ file, key }) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${key}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
  },
});

async function readKey(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
