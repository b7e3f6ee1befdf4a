import { createServer, type Server } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { VolumeFile } from "../../../components/dynamic/containerFiles";
import { writeFiles } from "../../../components/dynamic/containerFilesProvider";
import type { ContainerTrialInputs } from "../../../components/dynamic/containerTrial";
import { tryContainer } from "../../../components/dynamic/containerTrialProvider";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import { buildStandIn } from "./standIn";
import { runPrefix } from "../../run/runPrefix";

const name = `${runPrefix()}trial-${process.pid}`;
const image = `${name}:1`;
let spec: ContainerTrialInputs;

/** The program of the stand-in's containers and their health check. */
const filesWith = (run: string): VolumeFile[] => [
  { file: "run", content: run, owner: 0, mode: 0o600 },
  { file: "probe", content: "test -e /tmp/up", owner: 0, mode: 0o644 },
];

const runs = "set -e; touch /data/made /tmp/up; exec sleep 600";

beforeAll(async () => {
  await buildStandIn(image);
  await engine.createNetwork({ Name: name });
  for (const volume of [name, `${name}-data`]) await engine.createVolume({ Name: volume });
  const place = { volume: name, path: "/etc/it", container: name };
  await writeFiles(engine, place, image, filesWith(runs));
  spec = {
    container: name,
    image,
    network: name,
    port: { internal: 5432, external: await freePort(), ip: "127.0.0.1" },
    configuration: "/etc/it",
    files: filesWith(runs),
    data: "/data",
    tmpfs: { "/tmp": "size=1m" },
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    logDriver: "json-file",
    logOpts: { "max-size": "1m" },
    memory: 64,
    shmSize: 16,
    patience: 60,
  };
  const running = await engine.createContainer({
    name,
    Image: image,
    ExposedPorts: { "5432/tcp": {} },
    HostConfig: {
      Init: true,
      NetworkMode: name,
      Binds: [`${name}:/etc/it:ro`, `${name}-data:/data`],
      PortBindings: {
        "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: String(spec.port.external) }],
      },
    },
  });
  await running.start();
});
afterAll(async () => {
  await engine.getContainer(name).remove({ force: true });
  await engine.getNetwork(name).remove();
  for (const volume of [name, `${name}-data`]) await engine.getVolume(volume).remove();
  for (const tag of [image, `${name}:2`]) await engine.getImage(tag).remove({ force: true });
});

const running = async () => (await engine.getContainer(name).inspect()).State.Running;
/** Unnamed volumes that no container uses any more. Named ones belong to other tests. */
const forgottenVolumes = async () => {
  const { Volumes } = await engine.listVolumes({ filters: { dangling: ["true"] } });
  return Volumes.map(({ Name }) => Name).filter((volume) => /^[0-9a-f]{64}$/.test(volume));
};

async function fault(different: Partial<ContainerTrialInputs>): Promise<string> {
  const tried: unknown = await tryContainer(engine, { ...spec, ...different }).catch(
    (error: unknown) => error,
  );
  if (!(tried instanceof Error)) throw new Error("the trial was not refused");
  return tried.message;
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

test("a trial passes beside the running container of the same name and port, and leaves nothing", async () => {
  const mounted = await engine.getContainer(name).inspect();
  await tryContainer(engine, spec);

  const found = await engine.listContainers({ all: true, filters: { name: [name] } });
  expect(found.map(({ Names, State }) => [Names, State])).toEqual([[[`/${name}`], "running"]]);
  const after = await engine.getContainer(name).inspect();
  expect(after.State.Pid).toBe(mounted.State.Pid);
});

test("the old container is prepared for its end only after the trial has passed", async () => {
  const old = new TestContainer(engine.getContainer(name));
  const isPrepared = async () => (await old.run(["test", "-e", "/data/prepared"])).exitCode === 0;
  const prepared = { ...spec, beforeEnd: ["touch", "/data/prepared"] };

  await expect(tryContainer(engine, { ...prepared, image: `${name}:none` })).rejects.toThrow();
  expect(await isPrepared()).toBe(false);
  await tryContainer(engine, prepared);
  expect(await isPrepared()).toBe(true);
});

const refusals: { what: string; different: () => Partial<ContainerTrialInputs>; says: RegExp }[] = [
  {
    what: "a missing image",
    different: () => ({ image: `${name}:none` }),
    says: /No such image/,
  },
  {
    what: "an image that lacks its own user",
    different: () => ({ image: `${name}:2` }),
    says: /no such user|unable to find user/,
  },
  {
    what: "less memory than the engine's minimum",
    different: () => ({ memory: 1 }),
    says: /Minimum memory limit/,
  },
  {
    what: "a missing network",
    different: () => ({ network: `${name}-none` }),
    says: /not found/,
  },
  {
    what: "an unknown security option",
    different: () => ({ securityOpts: ["no-such=thing"] }),
    says: /no-such/,
  },
  {
    what: "an unknown log option",
    different: () => ({ logOpts: { "no-such": "1" } }),
    says: /no-such/,
  },
  {
    what: "an invalid tmpfs mount",
    different: () => ({ tmpfs: { "/tmp": "size=nonsense" } }),
    says: /tmpfs|mount|size/,
  },
  {
    what: "an address of another machine",
    different: () => ({ port: { ...spec.port, ip: "192.0.2.1" } }),
    says: /192\.0\.2\.1/,
  },
  {
    what: "a container without its data folder",
    different: () => ({ data: "/elsewhere" }),
    says: /exit code 1[^]*\/data\/made/,
  },
];

async function expectUntouched(message: string): Promise<void> {
  expect(message).toContain(`container ${name} could not be started as declared: `);
  expect(message).toContain("Nothing was replaced.");
  expect(await running()).toBe(true);
  const twins = { all: true, filters: { name: [`${name}-twin`] } };
  expect(await engine.listContainers(twins)).toEqual([]);
}

test.each(refusals)(
  "a trial refuses $what before anything is replaced",
  async ({ different, says }) => {
    await buildStandIn(`${name}:2`, "USER nosuch");
    const before = await forgottenVolumes();

    const message = await fault(different());

    expect(message).toMatch(says);
    await expectUntouched(message);
    expect((await forgottenVolumes()).filter((volume) => !before.includes(volume))).toEqual([]);
  },
);

test.each([
  {
    what: "files with which the program cannot start",
    run: "echo bad settings; exit 3",
    says: /exit code 3[^]*bad settings/,
  },
  {
    what: "files with which the container is not healthy",
    run: "echo alive; exec sleep 600",
    says: /it is unhealthy[^]*alive/,
  },
])("a trial refuses $what before anything is replaced", async ({ run, says }) => {
  const message = await fault({ files: filesWith(run) });

  expect(message).toMatch(says);
  await expectUntouched(message);
});

test("without a container to replace, there is no trial", async () => {
  const first = { ...spec, container: `${name}-first`, image: `${name}:none` };
  await tryContainer(engine, first);
});

test("a trial refuses a port in use, except by the container to be replaced", async () => {
  const external = await freePort();
  const other = await listening(external);
  const taken = { port: { ...spec.port, external } };
  expect(await fault(taken)).toMatch(/address already in use|port is already allocated/);
  other.close();
  await tryContainer(engine, { ...spec, ...taken });

  const renamed = { ...spec, container: `${name}-renamed` };
  await tryContainer(engine, renamed, name);
  expect(await running()).toBe(true);
});
