import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test } from "vitest";

import { readCustomerHead } from "../../../../src/backup/customer/customerFile";

let folder: string;
let other: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-customer-"));
  other = join(folder, "other");
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ["an empty file", ""],
  ["a text", "select 1;\n"],
  ["another compressed file", gzipSync("select 1;\n")],
  ["JSON of something else", gzipSync('{"a": 1}\n')],
])("%s is known not to be a customer's", async (_, content) => {
  await writeFile(other, content);
  expect(await readCustomerHead(other)).toBeUndefined();
});

/** A file that is a thousandth of what it is decompressed. */
const swelling = (start: string, megabytes: number) => {
  const megabyte = gzipSync(Buffer.alloc(2 ** 20));
  return Buffer.concat([gzipSync(start), ...Array.from({ length: megabytes }, () => megabyte)]);
};

test("a file that swells is not read further than to what it is", async () => {
  await writeFile(other, swelling("", 600));
  expect(await readCustomerHead(other)).toBeUndefined();

  await writeFile(other, swelling('{"format":"hosterizer-database customer",', 600));
  await expect(readCustomerHead(other)).rejects.toThrow(/damaged: it has a line that is too long/);
});
