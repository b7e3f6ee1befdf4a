import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import type { VolumeFile } from "../../../components/dynamic/containerFiles";
import { readFileDrift, writeFiles } from "../../../components/dynamic/containerFilesProvider";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import { runPrefix } from "../../run/runPrefix";

const image = "debian:bookworm-slim";
const volume = `${runPrefix()}files-${process.pid}`;
const place = { volume, path: "/etc/it", container: volume };
const files: VolumeFile[] = [
  { file: "it.conf", content: "ö = 1\n", owner: 0, mode: 0o644 },
  { file: "it.key", content: "hush-hush-4711", owner: 65534, mode: 0o600 },
];

let user: TestContainer;

beforeAll(async () => {
  await engine.createVolume({ Name: volume });
  const container = await engine.createContainer({
    name: volume,
    Image: image,
    User: "65534:65534",
    Cmd: ["sleep", "600"],
    HostConfig: { ReadonlyRootfs: true, Binds: [`${volume}:/elsewhere:ro`], Init: true },
  });
  user = new TestContainer(container);
  await user.start();
});
afterAll(async () => {
  await engine.getContainer(user.id).remove({ force: true });
  await engine.getVolume(volume).remove();
});
beforeEach(() => writeFiles(engine, place, image, files));

const drift = async () => (await readFileDrift(engine, place, files)).map(renderDifference);

/** Changes the volume as root of another container. */
async function byHand(command: string): Promise<void> {
  const other = await engine.createContainer({
    Image: image,
    Cmd: ["bash", "-c", command],
    HostConfig: { Binds: [`${volume}:/it`] },
  });
  await other.start();
  await other.wait();
  await other.remove();
}

test("files have their owners and modes, and only its owner can read a secret one", async () => {
  const listed = await user.succeed(
    "stat",
    "-c",
    "%a %u:%g %n",
    "/elsewhere/it.conf",
    "/elsewhere/it.key",
  );
  expect(listed).toBe("644 0:0 /elsewhere/it.conf\n600 65534:65534 /elsewhere/it.key");
  expect(await user.succeed("cat", "/elsewhere/it.conf", "/elsewhere/it.key")).toBe(
    "ö = 1\nhush-hush-4711",
  );
  const other = await user.run(["cat", "/elsewhere/it.key"], "1234");
  expect(other.output).toContain("Permission denied");
});

test("the container cannot change its files, not even as their owner", async () => {
  const written = await user.run(["bash", "-c", "echo x >/elsewhere/it.key"]);
  expect(written.output).toContain("Read-only file system");
});

test("written files have not drifted, and no twin is left", async () => {
  expect(await drift()).toEqual([]);
  expect(await engine.listContainers({ all: true, filters: { name: [`${volume}-twin`] } })).toEqual(
    [],
  );
});

test.each([
  {
    change: "echo >>/it/it.conf",
    says: /^file \/etc\/it\/it\.conf of container \S+: found another content, expected the declared/,
  },
  {
    change: "chmod 644 /it/it.key",
    says: /^file \S+\/it\.key \S+ \S+ \S+: found mode 0644, expected .* mode 0600$/,
  },
  { change: "chown 0 /it/it.key", says: /: found owner 0, expected .* owner 65534/ },
  {
    change: "rm /it/it.key",
    says: /it\.key of container \S+ is missing, expected a file as declared$/,
  },
  {
    change: "rm /it/it.key; ln -s it.conf /it/it.key",
    says: /it\.key of container \S+ is missing/,
  },
  {
    change: "rm /it/it.conf; mkdir -p /it/it.conf/deeper",
    says: /it\.conf of container \S+ is missing/,
  },
])("`$change` is named without any content, and can be repaired", async ({ change, says }) => {
  await byHand(change);

  const lines = await drift();
  expect(lines).toEqual([expect.stringMatching(says)]);
  expect(lines.join()).not.toContain("hush");

  await writeFiles(engine, place, image, files);
  expect(await drift()).toEqual([]);
});

test("undeclared files stay", async () => {
  await byHand("echo >/it/other");
  expect(await drift()).toEqual([]);
  await writeFiles(engine, place, image, files);
  expect(await user.succeed("ls", "/elsewhere")).toContain("other");
});

test("a volume without a container is reported as not looked at", async () => {
  const elsewhere = { ...place, volume: `${volume}-none` };
  expect((await readFileDrift(engine, elsewhere, files)).map(({ kind }) => kind)).toEqual([
    "not looked at yet",
  ]);
});

test("a twin left by a killed update is replaced, but not another container of its name", async () => {
  const name = `${volume}-twin`;
  const left = await engine.createContainer({
    name,
    Image: image,
    Labels: { "hosterizer.twin-of": volume },
  });
  await writeFiles(engine, place, image, files);
  await expect(left.inspect()).rejects.toMatchObject({ statusCode: 404 });

  const other = await engine.createContainer({ name, Image: image });
  await expect(writeFiles(engine, place, image, files)).rejects.toMatchObject({ statusCode: 409 });
  await other.remove();
});

test("no error contains a secret", async () => {
  const written = writeFiles(engine, place, `${volume}-none:1`, files);
  const error: unknown = await written.catch((fault: unknown) => fault);
  expect(error).toMatchObject({ statusCode: 404 });
  expect(JSON.stringify(error) + String(error)).not.toContain("hush");
});
