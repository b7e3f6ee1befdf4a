import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";

import { extract, type Header } from "tar-stream";
import { expect, test } from "vitest";

import { containerArchive } from "../../../src/docker/containerFiles";

const modified = new Date("2026-01-02T03:04:05Z");

/** What a reader of the archive finds. */
async function membersOf(files: Parameters<typeof containerArchive>[0]) {
  const found: { header: Header; content: string }[] = [];
  const entries = extract();
  Readable.from([await containerArchive(files, modified)]).pipe(entries);
  for await (const entry of entries)
    found.push({ header: entry.header, content: (await buffer(entry)).toString("utf8") });
  return found;
}

test("a file has its bytes, its mode and its time, and belongs to root", async () => {
  const [file, ...others] = await membersOf([{ path: "a/b.conf", content: "ö", mode: 0o640 }]);
  expect(others).toEqual([]);
  expect(file).toMatchObject({
    header: {
      name: "a/b.conf",
      mode: 0o640,
      uid: 0,
      gid: 0,
      size: 2,
      mtime: modified,
      type: "file",
    },
    content: "ö",
  });
});

test("handles files that are empty, fill a block or exceed it, one after the other", async () => {
  const files = ["", "x".repeat(512), "x".repeat(513)].map((content, at) => ({
    path: `f${at}`,
    content,
    mode: 0o644,
  }));
  const found = await membersOf(files);
  expect(found.map(({ header, content }) => [header.name, content.length])).toEqual([
    ["f0", 0],
    ["f1", 512],
    ["f2", 513],
  ]);
});

test.each([`${"f".repeat(80)}/${"f".repeat(80)}/file`, "x".repeat(200), `${"ö".repeat(60)}/ö`])(
  "a long path is complete: %s",
  async (path) => {
    const [file] = await membersOf([{ path, content: "", mode: 0o644 }]);
    expect(file?.header.name).toBe(path);
  },
);
