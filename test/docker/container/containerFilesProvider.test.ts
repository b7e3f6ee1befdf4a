import { afterAll, beforeAll, expect, test } from "vitest";

import type { ContainerFilesInputs } from "../../../components/dynamic/containerFiles";
import { provider } from "../../../components/dynamic/containerFilesProvider";
import { engine } from "../engine";
import { archiveOf } from "../archiveOf";
import { runPrefix } from "../../run/runPrefix";

const name = `${runPrefix()}provider-${process.pid}`;
const news: ContainerFilesInputs = {
  volume: name,
  path: "/etc/it",
  container: name,
  image: "debian:bookworm-slim",
  files: [{ file: "it.conf", content: "it = 1\n", owner: 0, mode: 0o644 }],
};
type State = ContainerFilesInputs & { written: string; drift?: string[] };
let olds: State;

beforeAll(async () => {
  await engine.createVolume({ Name: name });
});
afterAll(async () => {
  await engine.getContainer(name).remove({ force: true });
  await engine.getVolume(name).remove();
});

async function checked(before: Partial<State>, now: ContainerFilesInputs): Promise<State> {
  const { inputs } = await provider.check(before, now);
  if (inputs === undefined) throw new Error("check returned no inputs");
  return inputs;
}

test("the first update writes the files and records the time", async () => {
  const started = new Date().toISOString();
  olds = await checked({}, news);
  expect(olds.drift).toEqual([]);
  expect(olds.written >= started).toBe(true);

  expect(await provider.create(olds)).toEqual({ id: name, outs: olds });
  const Binds = [`${name}:/etc/it`];
  await engine.createContainer({ name, Image: news.image, HostConfig: { Binds } });
});

test("the second update changes nothing, even with another image", async () => {
  const now = await checked(olds, { ...news, image: "another" });
  expect(now).toMatchObject({ written: olds.written, drift: [] });
  expect(await provider.diff(name, olds, now)).toEqual({ changes: false });
});

test("other declared files are a change, not drift", async () => {
  const files = [{ file: "it.conf", content: "it = 2\n", owner: 0, mode: 0o644 }];
  const now = await checked(olds, { ...news, files });
  expect(now.drift).toEqual([]);
  expect(now.written > olds.written).toBe(true);
  expect(await provider.diff(name, olds, now)).toEqual({ changes: true });
});

test("another volume replaces the resource", async () => {
  const now = await checked(olds, { ...news, volume: `${name}-other` });
  expect(await provider.diff(name, olds, now)).toEqual({ changes: true, replaces: ["volume"] });
});

test("a file changed by hand is drift, and an update rewrites it and records the time", async () => {
  await engine
    .getContainer(name)
    .putArchive(archiveOf({ "it.conf": { content: "it = 3\n" } }), { path: "/etc/it" });

  const now = await checked(olds, news);
  expect(now.drift).toEqual([expect.stringContaining("it.conf") as unknown]);
  expect(now.written > olds.written).toBe(true);
  expect(await provider.diff(name, olds, now)).toEqual({ changes: true });

  await provider.update(name, olds, now);
  const after = await checked(now, news);
  expect(after).toMatchObject({ written: now.written, drift: [] });
});

test("files unknown before the update are a change, and no drift is read", async () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const files = unknown as unknown as ContainerFilesInputs["files"];
  const now = await checked(olds, { ...news, files });
  expect(now.drift).toEqual([]);
  expect(await provider.diff(name, olds, now)).toEqual({ changes: true });
});

test("deleting the resource removes a leftover twin, and keeps the files", async () => {
  const Labels = { "hosterizer.twin-of": name };
  await engine.createContainer({ name: `${name}-twin`, Image: news.image, Labels });

  await provider.delete(name, olds);

  const twins = { all: true, filters: { name: [`${name}-twin`] } };
  expect(await engine.listContainers(twins)).toEqual([]);
  expect((await checked({ ...olds, written: "kept" }, news)).written).toBe("kept");
});
