import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import { engine } from "../engine";
import { fakeRegistry } from "./fakeRegistry";
import { listeningEngine } from "./listeningEngine";
import { openSandbox, type ResourceSandbox } from "./resourceSandbox";

let sandbox: ResourceSandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  folder = await mkdtemp(join(tmpdir(), "hosterizer-build-"));
});

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const long = `${"folder/".repeat(20)}${"name".repeat(30)}`;

test("builds from a folder with every supported property, and shows no change", async () => {
  const name = `${sandbox.name()}:1`;
  const context = await contextOf({
    "docker/Dockerfile":
      "FROM debian:bookworm-slim AS one\nARG WHO\nCOPY . /got/\nRUN echo $WHO > /who\nFROM scratch AS two\n",
    ".dockerignore": "*.log\n!kept.log\ndocker\nprivate\n",
    "a.log": "",
    "kept.log": "",
    "private/key": "",
    "scripts/run": "#!/bin/sh\n",
    [long]: "long",
  });
  await chmod(join(context, "scripts", "run"), 0o750);
  await mkdir(join(context, "empty"), { mode: 0o700 });
  await symlink("scripts/run", join(context, "link"));
  const program = {
    name,
    keepLocally: false,
    forceRemove: true,
    triggers: { content: "1" },
    build: {
      context,
      dockerfile: "docker/Dockerfile",
      target: "one",
      tags: [name, `${sandbox.name()}:2`],
      buildArgs: { WHO: "me" },
      label: { x: "1" },
      labels: { y: "2" },
      networkMode: "none",
      noCache: true,
      pullParent: false,
      remove: true,
      forceRemove: true,
      platform: "",
    },
  };
  const image = sandbox.resource("RemoteImage");
  const { imageId } = await image.create(program);
  await image.refresh();

  expect(await image.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
  expect(image.id).toBe(`${imageId as string}${name}`);
  const { RepoTags, Config } = await engine.getImage(imageId as string).inspect();
  expect(RepoTags.sort()).toEqual([...program.build.tags].sort());
  expect(Config.Labels).toMatchObject({ x: "1", y: "2" });
  expect(await run(name, "cat /who; find /got ! -path '*/folder*' -printf '%P %m %u %l\\n' | sort"))
    // A Dockerfile that .dockerignore names is there for the builder alone.
    .toBe(
      [
        "me",
        " 755 root ",
        ".dockerignore 644 root ",
        "docker 755 root ",
        "empty 700 root ",
        "kept.log 644 root ",
        "link 777 root scripts/run",
        "scripts 755 root ",
        "scripts/run 750 root ",
        "",
      ].join("\n"),
    );
  expect(await run(name, `cat '/got/${long}'`)).toBe("long");
});

test("names the step at which a build failed, with the last output", async () => {
  const context = await contextOf({
    Dockerfile: "FROM debian:bookworm-slim\nRUN echo all is well; echo no more; exit 3\n",
  });
  const program = { name: sandbox.name(), build: { context, forceRemove: true } };

  const build = sandbox.resource("RemoteImage").create(program);

  await expect(build).rejects.toThrow(
    new RegExp(
      `creating image "${program.name}": Docker failed at Step 2/2 : RUN echo all is well.*: The command .* returned a non-zero code: 3\n` +
        "The last lines of its output:\n(  .*\n)*  all is well\n  no more",
    ),
  );
});

test("reports its progress during a build", async () => {
  const pulumi = await listeningEngine();
  onTestFinished(pulumi.close);
  const other = await openSandbox({}, pulumi.address);
  onTestFinished(other.close);
  const context = await contextOf({ Dockerfile: "FROM debian:bookworm-slim\nLABEL a=b\n" });
  const name = other.name();

  await other.resource("RemoteImage").create({ name, build: { context } });

  expect(pulumi.heard).toEqual([
    `${name}: Step 1/2 : FROM debian:bookworm-slim`,
    `${name}: Step 2/2 : LABEL a=b`,
  ]);
});

test("aborts a cancelled build", async () => {
  const other = await openSandbox();
  onTestFinished(other.close);
  const context = await contextOf({ Dockerfile: "FROM debian:bookworm-slim\nRUN sleep 600\n" });
  const program = { name: other.name(), build: { context, forceRemove: true } };
  const build = other.resource("RemoteImage").create(program);
  await sleep(2_000);

  await other.plugin.cancel();

  await expect(build).rejects.toThrow(/the operation was cancelled$/);
});

test("a changed trigger or build target replaces the image, keepLocally does not", async () => {
  const context = await contextOf({ Dockerfile: "FROM debian:bookworm-slim\n" });
  const program = { name: sandbox.name(), triggers: { a: "1" }, build: { context } };
  const image = sandbox.resource("RemoteImage");
  await image.create(program);
  await image.refresh();

  expect(await image.diff({ ...program, triggers: { a: "2" } })).toMatchObject({
    replaces: ["triggers"],
  });
  expect(await image.diff({ ...program, build: { context, target: "x" } })).toMatchObject({
    replaces: ["build"],
  });
  const kept = { ...program, keepLocally: true };
  const { replaces, changes } = await image.diff(kept);
  expect([replaces ?? [], changes]).toEqual([[], "DIFF_SOME"]);
  await image.update(kept);
  await image.delete();
  expect(await image.refresh()).toMatchObject({ keepLocally: true });
});

test("removes a replaced image, and keeps the name for its successor", async () => {
  const name = sandbox.name();
  const contexts = await Promise.all(
    ["old", "new"].map((age) =>
      contextOf({ Dockerfile: `FROM debian:bookworm-slim\nLABEL name=${name} age=${age}\n` }),
    ),
  );
  const [old, fresh] = [sandbox.resource("RemoteImage"), sandbox.resource("RemoteImage")];
  const { imageId: oldId } = await old.create({ name, build: { context: contexts[0] ?? "" } });
  const { imageId } = await fresh.create({ name, build: { context: contexts[1] ?? "" } });

  await old.delete();

  expect(await engine.getImage(name).inspect()).toMatchObject({ Id: imageId });
  await expect(engine.getImage(oldId as string).inspect()).rejects.toMatchObject({
    statusCode: 404,
  });
});

test("refuses to remove an image that a container uses", async () => {
  const name = sandbox.name();
  const context = await contextOf({ Dockerfile: `FROM debian:bookworm-slim\nLABEL a=${name}\n` });
  const image = sandbox.resource("RemoteImage");
  await image.create({ name, build: { context } });
  const container = await engine.createContainer({ name: `${name}-user`, Image: name });

  await expect(image.delete()).rejects.toThrow(
    /is using its referenced image .*\nRemove that container first, or set keepLocally: true on the image$/,
  );
  await container.remove();
});

test("uses an image that the engine has, and pulls one that it lacks", async () => {
  const registry = await fakeRegistry();
  onTestFinished(registry.close);
  const name = `${registry.address}/hosterizer-test/${sandbox.name()}:1`;
  onTestFinished(async () => {
    await engine
      .getImage(name)
      .remove()
      .catch(() => undefined);
  });
  const here = sandbox.resource("RemoteImage");
  const pulled = sandbox.resource("RemoteImage");

  expect(await here.create({ name: "debian:bookworm-slim", keepLocally: true })).toMatchObject({
    imageId: (await engine.getImage("debian:bookworm-slim").inspect()).Id,
  });
  expect(await pulled.create({ name })).toMatchObject({
    repoDigest: `${name.replace(/:1$/, "")}@${registry.digest}`,
  });

  const alias = sandbox.name();
  await engine.getImage(name).tag({ repo: alias });
  const named = await sandbox.resource("RemoteImage").create({ name: alias });
  expect(named["repoDigest"]).toContain(registry.digest);

  expect(await pulled.refresh()).toBeDefined();
  await pulled.delete();
  expect(await pulled.refresh()).toBeUndefined();
  await pulled.delete();
});

test("reports why an image cannot be pulled", async () => {
  const name = "127.0.0.1:1/none:1";

  await expect(sandbox.resource("RemoteImage").create({ name })).rejects.toThrow(
    /creating image "127\.0\.0\.1:1\/none:1": Docker.*connection refused/,
  );
});

test("reports all faults before anything is built", async () => {
  const empty = await contextOf({ other: "" });
  const faultsOf = (program: Json) =>
    sandbox.resource("RemoteImage").check({ name: "n", ...program });

  await expect(faultsOf({ build: { context: "/nowhere" }, pullTriggers: ["a"] })).rejects.toThrow(
    /"pullTriggers\\" is for images that are pulled.*folder .* does not exist/,
  );
  await expect(faultsOf({ build: { context: empty } })).rejects.toThrow(
    /file \\"Dockerfile\\" does not exist in /,
  );
  await expect(faultsOf({ build: { context: empty, builder: "b", squash: true } })).rejects.toThrow(
    /"build.builder\\" is not served.*"build.squash\\" is not served/,
  );
  await expect(faultsOf({ build: {} })).rejects.toThrow(/missing required property/);
});

test("names the address of an engine that does not answer, with a remedy", async () => {
  const other = await openSandbox({ host: "unix:///nonexistent/docker.sock" });
  onTestFinished(other.close);

  await expect(other.resource("RemoteImage").create({ name: "n" })).rejects.toThrow(
    'creating image "n": cannot reach the Docker engine at unix:///nonexistent/docker.sock (the provider\'s "host"): there is no such socket.\nStart Docker, or set DOCKER_HOST to its address.',
  );
});

async function contextOf(files: Record<string, string>): Promise<string> {
  const context = await mkdtemp(join(folder, "context-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(context, path)), { recursive: true });
    await writeFile(join(context, path), text, { mode: 0o644 });
  }
  return context;
}

/** The output of a shell command in a container of the image. */
async function run(image: string, command: string): Promise<string> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ["sh", "-c", command],
    Tty: true,
  });
  await container.start();
  await container.wait();
  const output = await container.logs({ stdout: true, stderr: true });
  await container.remove();
  return output.toString().replaceAll("\r\n", "\n");
}
