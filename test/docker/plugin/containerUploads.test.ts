import { afterAll, beforeAll, expect, test } from "vitest";

import { archiveOf } from "../archiveOf";
import { engine } from "../engine";
import { ContainerSandbox } from "./containerSandbox";

/** The engine's answer to an upload through `/`, the only path that the official plugin uses. */
const refusal = "container rootfs is marked read-only";

let sandbox: ContainerSandbox;

beforeAll(async () => {
  sandbox = await ContainerSandbox.open("uploads");
});

afterAll(async () => {
  await sandbox.close();
});

/** A container with a volume at /etc/x, created but not started. */
async function readOnlyContainer() {
  const name = sandbox.name();
  return engine.createContainer({
    name,
    Image: "debian:bookworm-slim",
    HostConfig: { ReadonlyRootfs: true, Binds: [`${name}-x:/etc/x`] },
  });
}

test("the engine refuses an upload through / to a read-only container, even to its volume", async () => {
  const container = await readOnlyContainer();

  const upload = container.putArchive(archiveOf({ "etc/x/it": { content: "it" } }), { path: "/" });

  await expect(upload).rejects.toMatchObject({ json: { message: refusal } });
});

test("the engine accepts an upload through the volume's own path, which the official plugin never uses", async () => {
  const container = await readOnlyContainer();

  await container.putArchive(archiveOf({ it: { content: "it" } }), { path: "/etc/x" });
});

test.each([
  { where: "a volume", volumes: true },
  { where: "the root file system", volumes: false },
])("the offline plugin refuses an upload to $where, and leaves nothing", async ({ volumes }) => {
  const name = sandbox.name();
  const volume = { volumeName: `${name}-x`, containerPath: "/etc/x" };
  const program = {
    ...sandbox.sleeper({ name, readOnly: true }),
    ...(volumes ? { volumes: [volume] } : {}),
    uploads: [{ file: "/etc/x/it", content: "hush-hush" }],
  };

  const created: unknown = await sandbox
    .container()
    .create(program)
    .catch((error: unknown) => error);

  expect(String(created)).toContain(`Unable to upload volume content: ${refusal}`);
  expect(String(created)).not.toContain("hush-hush");
  expect(await engine.listContainers({ all: true, filters: { name: [`^/${name}$`] } })).toEqual([]);
});
