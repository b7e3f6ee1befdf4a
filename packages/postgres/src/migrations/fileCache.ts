import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A cache of facts that depend on the text of a migration file and on nothing else. */
export interface FileCache {
  /** Name of the cache file, without its extension. */
  name: string;
  /** Folder of the code that computes the facts. */
  code: string;
}

/** Returns the facts about a text from the cache, or else from `compute`. An error is not cached. */
export type Cached<T> = (sql: string, compute: () => Promise<T>) => Promise<T>;

/** Caches nothing. */
export function uncached<T>(_sql: string, compute: () => Promise<T>): Promise<T> {
  return compute();
}

const parser = createRequire(__filename).resolve("libpg-query/package.json");
const parserCode = join(__dirname, "../sql");

/** How many entries about files that are gone or were edited may be kept. */
const spare = 100;

/**
 * Gives `run` what earlier commands have computed, and keeps what it adds: parsing a large file takes seconds.
 *
 * The cache file is in the project's `.hosterizer`. Its entries are keyed by the hash of the text, and are valid only for the code
 * and the parser that computed them. If that folder is missing, or the file cannot be read, written or trusted, everything is
 * computed again.
 *
 * @param directory Folder of the migrations, inside the project's folder.
 */
export async function withFileCache<T, R>(
  cache: FileCache,
  directory: string,
  run: (cached: Cached<T>) => Promise<R>,
): Promise<R> {
  const path = join(dirname(directory), ".hosterizer", `${cache.name}.json`);
  const rules = rulesOf(cache);
  const known = await load(path, rules);
  const used = new Map<string, T>();
  const added = new Set<string>();
  const cached: Cached<T> = async (sql, compute) => {
    const hash = sha256(sql);
    let facts = used.get(hash) ?? (known.get(hash) as T | undefined);
    if (facts === undefined) {
      facts = await compute();
      added.add(hash);
    }
    used.set(hash, facts);
    return facts;
  };
  try {
    return await run(cached);
  } finally {
    if (added.size > 0) {
      const others = [...known].filter(([hash]) => !used.has(hash)).slice(0, spare);
      await save(path, rules, [...used, ...others]);
    }
  }
}

const rules = new Map<string, string>();

/** The hash of everything that the facts depend on besides the text. A process runs the code that it has read. */
function rulesOf({ code }: FileCache): string {
  const known = rules.get(code) ?? hashRules(code);
  rules.set(code, known);
  return known;
}

function hashRules(code: string): string {
  const hash = createHash("sha256").update(readFileSync(parser));
  for (const folder of new Set([__dirname, parserCode, code])) {
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
    const entries = text.slice(end + 1);
    // The seal proves that this very code wrote the file and that it is complete, so its form needs no check.
    if (text.slice(0, end) !== seal(rules, entries)) return new Map();
    return new Map(JSON.parse(entries) as [string, unknown][]);
  } catch {
    return new Map();
  }
}

/** Replaces the file atomically, so that another command never reads half of it; of two that write, the later one wins. */
async function save(path: string, rules: string, entries: [string, unknown][]): Promise<void> {
  const text = JSON.stringify(entries);
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(draft, `${seal(rules, text)}\n${text}`);
    await rename(draft, path);
  } catch {
    // A full or read-only disk costs time, but no command fails for it.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function seal(rules: string, entries: string): string {
  return sha256(`${rules}\n${entries}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
