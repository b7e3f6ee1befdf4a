import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A question about the text of a migration file, whose answer depends on nothing else. */
export interface FileQuestion {
  /** The name of the file that answers are kept in. */
  name: string;
  /** Folder of the code that answers it. */
  code: string;
}

/** The answer for a text: the one that is known, or else what `find` says. An error is no answer, and is not kept. */
export type Recall<T> = (sql: string, find: () => Promise<T>) => Promise<T>;

/** Remembers nothing. */
export function forget<T>(_sql: string, find: () => Promise<T>): Promise<T> {
  return find();
}

const parser = createRequire(__filename).resolve("libpg-query/package.json");

/** How many answers about files that are gone or were edited may be kept. */
const spare = 100;

/**
 * Hands `run` the answers that earlier commands have found, and keeps what it adds: parsing a large file takes seconds.
 *
 * They lie in the project's `.hosterizer`, by the hash of the text they are about, and count only for the code and the parser that
 * gave them. Where that folder is missing, or the file can't be read, written or trusted, every answer is found again.
 *
 * @param directory Folder of the migrations, which lies in the project's.
 */
export async function withFileMemory<T, R>(
  question: FileQuestion,
  directory: string,
  run: (recall: Recall<T>) => Promise<R>,
): Promise<R> {
  const path = join(dirname(directory), ".hosterizer", `${question.name}.json`);
  const rules = rulesOf(question);
  const known = await load(path, rules);
  const used = new Map<string, T>();
  const added = new Set<string>();
  const recall: Recall<T> = async (sql, find) => {
    const hash = sha256(sql);
    let answer = used.get(hash) ?? (known.get(hash) as T | undefined);
    if (answer === undefined) {
      answer = await find();
      added.add(hash);
    }
    used.set(hash, answer);
    return answer;
  };
  try {
    return await run(recall);
  } finally {
    if (added.size > 0) {
      const others = [...known].filter(([hash]) => !used.has(hash)).slice(0, spare);
      await save(path, rules, [...used, ...others]);
    }
  }
}

/** Everything an answer depends on besides the text. */
function rulesOf({ code }: FileQuestion): string {
  const hash = createHash("sha256").update(readFileSync(parser));
  for (const folder of new Set([__dirname, code])) {
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex");
}

async function load(path: string, rules: string): Promise<ReadonlyMap<string, unknown>> {
  try {
    const text = await readFile(path, "utf8");
    const end = text.indexOf("\n");
    const answers = text.slice(end + 1);
    // Neither torn nor edited, and of this very code: so it has the form that it was written in.
    if (text.slice(0, end) !== seal(rules, answers)) return new Map();
    return new Map(JSON.parse(answers) as [string, unknown][]);
  } catch {
    return new Map();
  }
}

/** Whole or not at all, so that a command that runs meanwhile never reads half of it; of two that write, the later one stays. */
async function save(path: string, rules: string, entries: [string, unknown][]): Promise<void> {
  const answers = JSON.stringify(entries);
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(draft, `${seal(rules, answers)}\n${answers}`);
    await rename(draft, path);
  } catch {
    // A disk that is full or read-only costs time, and no command.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function seal(rules: string, answers: string): string {
  return sha256(`${rules}\n${answers}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
