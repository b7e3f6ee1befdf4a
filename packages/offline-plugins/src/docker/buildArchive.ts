import { createReadStream } from "node:fs";
import { readlink } from "node:fs/promises";
import { join } from "node:path";

import type { ContextEntry } from "./buildContext";

const block = 512;
/** What the octal number in a header can hold. */
const largestFile = 8 ** 11 - 1;

/** Types of entries: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
const types = { file: "0", link: "2", folder: "5", longNames: "x" } as const;

interface Header {
  path: string;
  type: (typeof types)[keyof typeof types];
  mode: number;
  /** Bytes of content after the header. */
  size: number;
  /** Seconds since 1970. */
  modified: number;
  /** Where a symbolic link leads. */
  target: string;
}

/**
 * Entries of a build context as a tar archive. All belong to root, whoever has checked the files out: the builder looks at
 * owners to find out whether it has built the same before.
 *
 * @throws while it is read, if a file changes its length meanwhile
 */
export async function* buildArchive(
  context: string,
  entries: readonly ContextEntry[],
): AsyncGenerator<Buffer> {
  for (const { path, stats } of entries) {
    const file = join(context, path);
    const common = { mode: stats.mode & 0o7777, modified: Math.floor(stats.mtimeMs / 1000) };
    const plain = { ...common, path, size: 0, target: "" };
    if (stats.isDirectory()) {
      yield* headers({ ...plain, path: `${path}/`, type: types.folder });
    } else if (stats.isSymbolicLink()) {
      yield* headers({ ...plain, type: types.link, target: await readlink(file) });
    } else {
      if (stats.size > largestFile) throw new Error(`${file} is too large for a build context`);
      yield* headers({ ...plain, type: types.file, size: stats.size });
      yield* content(file, stats.size);
    }
  }
  // Two empty blocks are the end.
  yield Buffer.alloc(2 * block);
}

async function* content(file: string, size: number): AsyncGenerator<Buffer> {
  if (size === 0) return;
  let read = 0;
  for await (const chunk of createReadStream(file, { end: size - 1 })) {
    read += (chunk as Buffer).length;
    yield chunk as Buffer;
  }
  if (read !== size) throw new Error(`${file} became shorter while it was read`);
  yield padding(size);
}

/** The header of an entry, after a longer one where its names do not fit. */
function* headers(entry: Header): Generator<Buffer> {
  const fields = { path: entry.path, linkpath: entry.target };
  const long = Object.entries(fields).filter(([, value]) => Buffer.byteLength(value) > 100);
  if (long.length > 0) {
    const records = Buffer.from(long.map(([name, value]) => record(name, value)).join(""));
    yield header({
      ...entry,
      path: "long-names",
      target: "",
      type: types.longNames,
      size: records.length,
    });
    yield records;
    yield padding(records.length);
  }
  yield header(entry);
}

/** `<length> <name>=<value>\n`, where the length counts its own digits too. */
function record(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (length !== bytes + String(length).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header({ path, type, mode, size, modified, target }: Header): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(path, 0, 100);
  writeNumber(bytes, 100, 8, mode);
  writeNumber(bytes, 108, 8, 0);
  writeNumber(bytes, 116, 8, 0);
  writeNumber(bytes, 124, 12, size);
  writeNumber(bytes, 136, 12, Math.max(0, modified));
  bytes.write(type, 156);
  bytes.write(target, 157, 100);
  bytes.write("ustar\0" + "00", 257);
  // The sum is taken with spaces in its place.
  bytes.write(" ".repeat(8), 148);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

function writeNumber(bytes: Buffer, at: number, width: number, value: number): void {
  bytes.write(value.toString(8).padStart(width - 1, "0"), at);
}

function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}
