import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import {
  parseKeys,
  renderKeys,
  type RepositoryKeys,
} from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import type { BackupKeyInputs } from "./backupKey";
import { makeProvider } from "./provider";

/** `key`: that of a state of an earlier version, which had one. */
type Outputs = BackupKeyInputs & { keys?: RepositoryKeys; key?: string };

const made = makeProvider<BackupKeyInputs, BackupKeyInputs, Outputs>({
  id: ({ file }) => file,
  compared: ({ file, numbers, given }) => [file, numbers, given],
  /** Adds nothing: the keys in force are an output, which only an update sees. */
  check: (_olds, news) => Promise.resolve({ inputs: news }),
  apply: async (inputs, before) => {
    const { file, numbers, given = {} } = inputs;
    const kept = before === undefined ? await readKeys(file) : keysOf(before);
    const keys: Record<number, string> = { ...kept, ...given };
    for (const number of numbers) keys[number] ??= randomBytes(32).toString("base64url");
    return { ...inputs, keys };
  },
  remove: async ({ file, ...outputs }) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${renderKeys(keysOf(outputs))}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
  },
});

export const provider: typeof made = {
  ...made,
  /** Refuses another key in a preview, too: only here it sees both. */
  diff: (id, olds, news) => {
    const kept = keysOf(olds);
    for (const [number, key] of Object.entries(news.given ?? {})) {
      const inForce = kept[Number(number)];
      if (inForce === undefined || inForce === key) continue;
      throw new Error(
        `hosterizer-database:backupKey has another key ${number} than the one that this stack's backups are encrypted with, and pgBackRest cannot change that.\n` +
          "Remove it. For a new key, add a repository that names another number: see docs/back-up.md.",
      );
    }
    return made.diff(id, olds, news);
  },
};

function keysOf({ keys, key }: Pick<Outputs, "keys" | "key">): RepositoryKeys {
  return keys ?? (key === undefined ? {} : { 1: key });
}

async function readKeys(file: string): Promise<RepositoryKeys> {
  try {
    const keys = parseKeys(await readFile(file, "utf8"));
    if (keys !== undefined) return keys;
    throw new Error(`${file} has no keys of backups.\nCorrect it, or move it away.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
