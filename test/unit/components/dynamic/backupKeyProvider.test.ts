import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { provider } from "../../../../components/dynamic/backupKeyProvider";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-keys-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const [one, other] = ["a".repeat(43), "b".repeat(43)];
const inputs = (numbers: number[]) => ({ file: join(folder, "backup.key"), numbers });

test("a new number is another key, and no key is dropped", async () => {
  const first = await provider.create(inputs([1]));
  const second = await provider.update(first.id, first.outs, inputs([2]));

  expect(second.outs.keys).toEqual({ 1: first.outs.keys?.[1], 2: expect.any(String) as string });
  expect(second.outs.keys?.[2]).not.toBe(first.outs.keys?.[1]);
  const same = await provider.diff(first.id, second.outs, inputs([2]));
  expect(same).toEqual({ changes: false });
});

test("the key of a state of an earlier version stays", async () => {
  const before = { file: inputs([1]).file, key: one } as unknown as Parameters<
    typeof provider.update
  >[1];

  expect(await provider.diff("", before, inputs([1]))).toEqual({ changes: true });
  expect((await provider.update("", before, inputs([1]))).outs.keys).toEqual({ 1: one });
});

test("another key in place of one in force is refused, and one beside it is taken", async () => {
  const { id, outs } = await provider.create({ ...inputs([1]), given: { 1: one } });

  const diff = (given: Record<number, string>) =>
    Promise.resolve().then(() => provider.diff(id, outs, { ...inputs([1, 2]), given }));
  await expect(diff({ 1: other })).rejects.toThrow("backupKey has another key 1");
  await expect(diff({ 1: one, 2: other })).resolves.toEqual({ changes: true });
});

test("a deleted resource leaves its keys for the next, for the user alone", async () => {
  const { id, outs } = await provider.create(inputs([1, 2]));
  await provider.delete(id, outs);

  const { file } = inputs([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toMatch(/^1:[\w-]{43} 2:[\w-]{43}\n$/);
  expect((await provider.create(inputs([1, 2]))).outs.keys).toEqual(outs.keys);
});
