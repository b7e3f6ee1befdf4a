import { afterAll, beforeAll, expect, test } from "vitest";

import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import { engine } from "../engine";
import { ContainerSandbox } from "./containerSandbox";

let sandbox: ContainerSandbox;

beforeAll(async () => {
  sandbox = await ContainerSandbox.open("failures");
});

afterAll(async () => {
  await sandbox.close();
});

async function containersOf(name: string): Promise<string[]> {
  const found = await engine.listContainers({ all: true, filters: { name: [`^/${name}$`] } });
  return found.map(({ Id }) => Id);
}

async function failure(program: Json): Promise<string> {
  const created: unknown = await sandbox
    .container()
    .create(program)
    .catch((error: unknown) => error);
  if (!(created instanceof Error)) throw new Error("the container was created");
  return created.message;
}

test("a container that is not healthy in time fails with its last output, and is removed", async () => {
  const program = sandbox.sleeper({
    command: ["bash", "-c", "echo starting; echo trouble ahead >&2; exec sleep 60"],
    healthcheck: {
      tests: ["CMD-SHELL", "echo no such thing; exit 1"],
      interval: "300ms",
      retries: 2,
    },
    wait: true,
    waitTimeout: 3,
  });
  const message = await failure(program);
  expect(message).toContain(`creating container "${program.name}"`);
  expect(message).toContain("unhealthy after 3 s (waitTimeout)");
  expect(message).toContain("no such thing");
  // The engine reads standard output and errors apart, and may get the later line first.
  expect(message).toMatch(/^ {2}starting$/m);
  expect(message).toMatch(/^ {2}trouble ahead$/m);
  expect(await containersOf(program.name)).toEqual([]);
});

test("a container that exits right after its start fails with its exit code and last output", async () => {
  const program = sandbox.sleeper({ command: ["bash", "-c", "echo cannot start; exit 3"] });
  const message = await failure(program);
  expect(message).toContain("exit code 3");
  expect(message).toContain("cannot start");
  expect(await containersOf(program.name)).toEqual([]);
});

test("a container that the engine keeps restarting fails before the timeout", async () => {
  const program = sandbox.sleeper({
    command: ["bash", "-c", "echo cannot start; exit 3"],
    restart: "unless-stopped",
    healthcheck: { tests: ["CMD", "true"] },
    wait: true,
    waitTimeout: 120,
  });
  const message = await failure(program);
  expect(message).toMatch(/right after it started, \d times \(exit code 3\)/);
  expect(message).toContain("cannot start");
  expect(await containersOf(program.name)).toEqual([]);
});

test("waiting for a container without a health check is refused", async () => {
  expect(await failure(sandbox.sleeper({ wait: true }))).toContain("no health check");
});

test("a missing image or network is named", async () => {
  const image = `${sandbox.prefix}-none:1`;
  expect(await failure(sandbox.sleeper({ image }))).toContain(`the engine has no image "${image}"`);
  const network = `${sandbox.prefix}-none`;
  const program = sandbox.sleeper({ networksAdvanced: [{ name: network }] });
  expect(await failure(program)).toContain(`network "${network}" does not exist`);
  expect(await containersOf(program.name)).toEqual([]);
});

test("no error contains the secret content of an upload", async () => {
  const secret = "hush-hush-4711";
  const upload = { file: "/etc/x.conf", content: secret };
  const programs = [
    sandbox.sleeper({ uploads: [upload], networksAdvanced: [{ name: `${sandbox.prefix}-none` }] }),
    sandbox.sleeper({ uploads: [upload, { ...upload, file: "/etc/passwd/x" }] }),
    sandbox.sleeper({ uploads: [upload], command: ["/no/such/program"] }),
    sandbox.sleeper({ uploads: [upload], command: ["bash", "-c", "exit 1"] }),
    sandbox.sleeper({ uploads: [upload], readOnly: true }),
    sandbox.sleeper({ uploads: [{ ...upload, content: [secret] }] }),
    sandbox.sleeper({ uploads: { ...upload } }),
    sandbox.sleeper({ uploads: [secret] }),
  ];
  for (const program of programs) expect(await failure(program)).not.toContain(secret);
});

test.each(["created", "running", "exited"])(
  "another container of the same name that is %s is named, and left alone",
  async (status) => {
    const program = sandbox.sleeper();
    const other = await engine.createContainer({
      name: program.name,
      Image: "debian:bookworm-slim",
      Cmd: status === "running" ? ["sleep", "60"] : ["true"],
    });
    if (status !== "created") await other.start();
    if (status === "exited") await other.wait();
    const message = await failure(program);
    expect(message).toContain(`"/${program.name}" is already in use by container "${other.id}"`);
    expect(await containersOf(program.name)).toEqual([other.id]);
  },
);

test("all unsupported properties are refused by name before anything is created", async () => {
  const program = sandbox.sleeper({
    privileged: true,
    mounts: [{ target: "/x", type: "tmpfs" }],
    networkMode: "host",
    uploads: [{ file: "/etc/x", source: "/etc/passwd" }],
    volumes: [{ hostPath: "/", containerPath: "/host" }],
    strange: 1,
  });
  const message = await failure(program);
  for (const name of [
    "privileged",
    "mounts",
    "networkMode",
    "uploads[0].source",
    "volumes[0].hostPath",
    "strange",
  ])
    expect(message).toContain(`"property":"${name}"`);
  expect(await containersOf(program.name)).toEqual([]);
});
