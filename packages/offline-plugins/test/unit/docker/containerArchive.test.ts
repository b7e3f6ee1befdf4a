import { expect, test } from "vitest";

import { containerArchive } from "../../../src/docker/containerArchive";

const modified = new Date("2026-01-02T03:04:05Z");

function fields(header: Buffer) {
  const text = (from: number, to: number) =>
    header.toString("utf8", from, to).replace(/\0.*$/s, "");
  return {
    name: text(0, 100),
    mode: parseInt(text(100, 108), 8),
    owner: parseInt(text(108, 116), 8),
    size: parseInt(text(124, 136), 8),
    modified: parseInt(text(136, 148), 8),
    checksum: parseInt(text(148, 156), 8),
    magic: text(257, 263),
    prefix: text(345, 500),
  };
}

test("a file has a header, its bytes in whole blocks, and two empty blocks after it", () => {
  const archive = containerArchive([{ path: "a/b.conf", content: "ö", mode: 0o640 }], modified);
  expect(archive).toHaveLength(4 * 512);
  const header = archive.subarray(0, 512);
  const checked = Buffer.from(header).fill(" ", 148, 156);
  expect(fields(header)).toEqual({
    name: "a/b.conf",
    mode: 0o640,
    owner: 0,
    size: 2,
    modified: modified.getTime() / 1000,
    checksum: checked.reduce((sum, byte) => sum + byte, 0),
    magic: "ustar",
    prefix: "",
  });
  expect(archive.toString("utf8", 512, 514)).toBe("ö");
  expect(archive.subarray(514).every((byte) => byte === 0)).toBe(true);
});

test("an empty file has no blocks, and one that fills a block has no padding", () => {
  const size = (content: string) =>
    containerArchive([{ path: "a", content, mode: 0o644 }], modified).length / 512;
  expect([size(""), size("x".repeat(512)), size("x".repeat(513))]).toEqual([3, 4, 5]);
});

test("a long path is split at a folder, and refused where it cannot be", () => {
  const folder = "f".repeat(80);
  const path = `${folder}/${folder}/file`;
  const header = containerArchive([{ path, content: "", mode: 0o644 }], modified);
  const { prefix, name } = fields(header);
  expect(`${prefix}/${name}`).toBe(path);
  const tooLong = [{ path: "x".repeat(101), content: "", mode: 0o644 }];
  expect(() => containerArchive(tooLong, modified)).toThrow("too long");
});
