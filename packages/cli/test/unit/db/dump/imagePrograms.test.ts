import { describe, expect, test } from "vitest";

import { framesOf, OutputBeforeEnd } from "../../../../src/db/dump/imagePrograms";

function frame(channel: 1 | 2, content: Buffer | string): Buffer {
  const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

/** Reads what an engine sends, in pieces of some bytes. */
async function read(sent: Buffer, size: number) {
  const pieces = async function* () {
    for (let at = 0; at < sent.length; at += size) {
      await Promise.resolve();
      yield sent.subarray(at, at + size);
    }
  };
  const output = new OutputBeforeEnd();
  const written: Buffer[] = [];
  let errors = "";
  for await (const piece of output.of(framesOf(pieces()), (text) => (errors += text)))
    written.push(piece);
  return { code: output.code, written: Buffer.concat(written).toString("latin1"), errors };
}

/** Cut in the middle of a letter. */
const message = Buffer.from("pg_dump: größe\n");
const sent = Buffer.concat([
  frame(1, "PGDMP\0\u0001\n"),
  frame(2, message.subarray(0, 12)),
  frame(1, "\nended with rows\n"),
  frame(2, message.subarray(12)),
  frame(1, "the end\nended wi"),
  frame(1, "th 000"),
]);
const whole = "PGDMP\0\u0001\n\nended with rows\nthe end";

describe.each([1, 3, 8, 1000])("in pieces of %i bytes", (size) => {
  test("a program's output, its messages and its exit code are told apart", async () => {
    const { code, written, errors } = await read(sent, size);
    expect(written).toBe(whole);
    expect(code).toBe(0);
    expect(errors).toBe(message.toString());
  });

  test("an exit code is its own", async () => {
    const failed = Buffer.concat([frame(2, "pg_dump: error: no\n"), frame(1, "\nended with 127")]);
    expect(await read(failed, size)).toEqual({
      code: 127,
      written: "",
      errors: "pg_dump: error: no\n",
    });
  });

  test.each([1, 5, 20, 40])("output that lacks its last %i bytes has none", async (lost) => {
    const { code, written } = await read(sent.subarray(0, sent.length - lost), size);
    expect(code).toBeUndefined();
    expect(whole.startsWith(written.slice(0, 20))).toBe(true);
  });
});
