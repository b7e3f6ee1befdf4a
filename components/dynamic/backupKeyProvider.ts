import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { BackupKeyInputs } from "./backupKey";
import { makeProvider } from "./provider";

type Outputs = BackupKeyInputs & { key: string };

export const provider = makeProvider<BackupKeyInputs, BackupKeyInputs, Outputs>({
  id: ({ file }) => file,
  compared: ({ file, given }) => [file, given],
  check: (olds, news) => {
    const { key } = olds as Partial<Outputs>;
    const isOther = news.given !== undefined && key !== undefined && news.given !== key;
    const reason =
      "hosterizer-database:backupKey is not the key of this stack's backups, and pgBackRest cannot change it. " +
      "Remove it, or take the new key into use with a second repository.";
    const failures = isOther ? [{ property: "given", reason }] : [];
    return Promise.resolve({ inputs: news, failures });
  },
  apply: async (inputs, before) => {
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
