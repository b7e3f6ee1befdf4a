import { constants } from "node:buffer";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

import { z } from "zod";

import { UserError } from "../../userError";

const format = "hosterizer-database customer";
/** Of the format. A file of another one is refused. */
const version = 1;

/** A row: each column as the server writes it as text, or null. */
export type Row = readonly (string | null)[];

const headSchema = z.object({
  customer: z.string().regex(/^[1-9]\d{0,18}$/),
  migrations: z.array(z.object({ name: z.string(), sha256: z.string().nullable() })),
  tables: z.array(
    z.object({ schema: z.string(), table: z.string(), columns: z.array(z.string()).min(1) }),
  ),
});

/**
 * What the dump of a customer says first: the customer's id; the applied migrations, in order, with the hash of each file's
 * statements (null: not known); the tables, in the order in which their rows follow.
 */
export type CustomerHead = z.infer<typeof headSchema>;

const endSchema = z.object({ counts: z.array(z.number()) });

/** A row of the table with this number, or the end of a file: how many rows each table has. */
export type CustomerRecord = { table: number; row: Row } | z.infer<typeof endSchema>;

/** What every file of this format begins with. */
const beginning = Buffer.from(`{"format":${JSON.stringify(format)},`);

/** Bytes of a line that are read before it is refused: a small file may be very long when it is decompressed. */
const longest = { head: 2 ** 24, record: constants.MAX_STRING_LENGTH };

/** Bytes of text that are compressed at once. */
const chunk = 65_536;

/**
 * Writes the dump of a customer: lines of JSON, compressed with gzip. The first is the head, the last has the number of rows of
 * each table, and each between them is a row: the number of its table, from 0, and its values.
 *
 * @param records the numbers of rows last
 * @param signal ends it
 */
export async function writeCustomerFile(
  file: string,
  head: CustomerHead,
  records: AsyncIterable<CustomerRecord>,
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  const text = async function* () {
    let unwritten = `${JSON.stringify({ format, version, ...head })}\n`;
    for await (const record of records) {
      const line = "counts" in record ? record : [record.table, ...record.row];
      unwritten += `${JSON.stringify(line)}\n`;
      if (unwritten.length < chunk) continue;
      yield unwritten;
      unwritten = "";
    }
    yield unwritten;
  };
  const append = async (compressed: AsyncIterable<Buffer>) => {
    for await (const part of compressed) await handle.writeFile(part);
  };
  try {
    await pipeline(text, createGzip(), append, { signal });
    // A full disk may be noticed only now.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads the head of a customer's dump.
 *
 * @returns undefined for another kind of file
 * @throws UserError if the file cannot be read, or is of another version of this format
 */
export async function readCustomerHead(file: string): Promise<CustomerHead | undefined> {
  const lines = linesOf(file);
  try {
    const first = await lines.next();
    return first.done ? undefined : parseHead(file, first.value);
  } catch (error) {
    // Some dumps are folders.
    if (isDamage(error) || codeOf(error) === "EISDIR") return undefined;
    throw error;
  } finally {
    await lines.return();
  }
}

function parseHead(file: string, line: string): CustomerHead | undefined {
  const values: unknown = JSON.parse(line);
  const { data: said } = z.object({ format: z.string(), version: z.number() }).safeParse(values);
  if (said?.format !== format) return undefined;
  if (said.version !== version) {
    throw new UserError(
      `${file} has version ${said.version} of its format, and this program reads version ${version}.`,
      "Use the version of the program that has written it.",
    );
  }
  const head = headSchema.safeParse(values);
  if (head.success) return head.data;
  throw damaged(file, "its first line is not as it was written");
}

/**
 * Reads the rows of a customer's dump, one after the other, and the numbers of rows last.
 *
 * @throws UserError if the file is damaged or was cut off, when everything before that has been read
 */
export async function* readCustomerRecords(
  file: string,
  { tables }: CustomerHead,
): AsyncGenerator<CustomerRecord> {
  const found = tables.map(() => 0);
  let hasEnded = false;
  const lines = linesOf(file);
  try {
    await lines.next();
    for await (const line of lines) {
      const record = hasEnded ? undefined : parseRecord(line, tables);
      if (record === undefined) throw damaged(file, "it has a line that is not a row");
      if ("counts" in record) {
        if (String(record.counts) !== String(found)) throw damaged(file, "rows are missing");
        hasEnded = true;
      } else found[record.table] = (found[record.table] ?? 0) + 1;
      yield record;
    }
  } catch (error) {
    throw isDamage(error) ? damaged(file, error.message, error) : error;
  }
  if (!hasEnded) throw damaged(file, "its end is missing");
}

function parseRecord(line: string, tables: CustomerHead["tables"]): CustomerRecord | undefined {
  const value: unknown = JSON.parse(line);
  if (!Array.isArray(value)) return endSchema.safeParse(value).data;
  const values: readonly unknown[] = value;
  const [table, ...row] = values;
  if (typeof table !== "number" || row.length !== tables[table]?.columns.length) return undefined;
  return isRow(row) ? { table, row } : undefined;
}

function isRow(values: readonly unknown[]): values is Row {
  return values.every((value) => value === null || typeof value === "string");
}

/**
 * The lines of a customer's dump; none of another file. They end at line feeds alone: JSON does not escape the other characters that
 * end one for some.
 */
async function* linesOf(file: string): AsyncGenerator<string, void> {
  const source = createReadStream(file);
  const text = createGunzip();
  const copied = pipeline(source, text);
  // It is reported below, after everything before the fault.
  copied.catch(() => undefined);
  let unfinished: Buffer[] = [];
  let length = 0;
  let limit = longest.head;
  const keep = (part: Buffer) => {
    unfinished.push(part);
    length += part.length;
    if (length > limit) throw damaged(file, "it has a line that is too long");
  };
  let isRecognised = false;
  try {
    for await (const read of text) {
      let rest = read as Buffer;
      if (!isRecognised) {
        const start = Buffer.concat([...unfinished, rest]).subarray(0, beginning.length);
        if (!beginning.subarray(0, start.length).equals(start)) return;
        isRecognised = start.length === beginning.length;
      }
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        keep(rest.subarray(0, end));
        yield Buffer.concat(unfinished).toString("utf8");
        unfinished = [];
        length = 0;
        limit = longest.record;
        rest = rest.subarray(end + 1);
      }
      keep(rest);
    }
    await copied;
    const rest = Buffer.concat(unfinished).toString("utf8");
    if (rest !== "") yield rest;
  } catch (error) {
    throw codeOf(error) === "ENOENT"
      ? new UserError(`${file} does not exist.`, "Name a dump.")
      : error;
  } finally {
    source.destroy();
    text.destroy();
  }
}

/** Whether something is wrong with what a file has, not with reading it: https://nodejs.org/docs/latest-v20.x/api/zlib.html. */
function isDamage(error: unknown): error is Error {
  return error instanceof SyntaxError || codeOf(error).startsWith("Z_");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function damaged(file: string, how: string, cause?: Error): UserError {
  return new UserError(
    `${file} is damaged: ${how}.`,
    "Copy it again if it was copied; otherwise dump the customer again.",
    { cause },
  );
}
