import { createServer, type Server } from "node:net";
import { buffer } from "node:stream/consumers";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { VolumeFile } from "../../../components/dynamic/containerFiles";
import { writeFiles } from "../../../components/dynamic/containerFilesProvider";
import type { ContainerTrialInputs } from "../../../components/dynamic/containerTrial";
import { tryContainer } from "../../../components/dynamic/containerTrialProvider";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { engine } from "../engine";
import { buildStandIn } from "./standIn";

const name = `hosterizer-test-trial-${process.pid}`;
const image = `${name}:1`;
let spec: ContainerTrialInputs;

/** The program of the stand-in's containers, and their health check. */
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
/** Volumes without a name that no container has any more. Those with a name belong to other tests. */
const forgottenVolumes = async () => {
  const { Volumes } = await engine.listVolumes({ filters: { dangling: ["true"] } });
  return Volumes.map(({ Name }) => Name).filter((volume) => /^[0-9a-f]{64}$/.test(volume));
};

async function fault(different: Partial<ContainerTrialInputs>): Promise<string> {
  const tried: unknown = await tryContainer(engine, { ...spec, ...different }).catch(
    (error: unknown) => error,
  );
  if (!(tried instanceof Error)) throw new Error("nothing was refused");
  return tried.message;
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

test("what can be started passes, while the container of that name and port runs on, and leaves nothing", async () => {
  const mounted = await engine.getContainer(name).inspect();
  await tryContainer(engine, spec);

  const found = await engine.listContainers({ all: true, filters: { name: [name] } });
  expect(found.map(({ Names, State }) => [Names, State])).toEqual([[[`/${name}`], "running"]]);
  const after = await engine.getContainer(name).inspect();
  expect(after.State.Pid).toBe(mounted.State.Pid);
});

test("once that has passed, the container that is to end is prepared for it, and not before", async () => {
  const made = () => engine.getContainer(name).exec({ Cmd: ["test", "-e", "/data/prepared"] });
  const isPrepared = async () => {
    const exec = await made();
    await buffer(await exec.start({}));
    return (await exec.inspect()).ExitCode === 0;
  };
  const prepared = { ...spec, beforeEnd: ["touch", "/data/prepared"] };

  await expect(tryContainer(engine, { ...prepared, image: `${name}:none` })).rejects.toThrow();
  expect(await isPrepared()).toBe(false);
  await tryContainer(engine, prepared);
  expect(await isPrepared()).toBe(true);
});

const refusals: { what: string; different: () => Partial<ContainerTrialInputs>; says: RegExp }[] = [
  {
    what: "an image that is not there",
    different: () => ({ image: `${name}:none` }),
    says: /No such image/,
  },
  {
    what: "an image that has not its own user",
    different: () => ({ image: `${name}:2` }),
    says: /no such user|unable to find user/,
  },
  {
    what: "less memory than the engine gives",
    different: () => ({ memory: 1 }),
    says: /Minimum memory limit/,
  },
  {
    what: "a network that is not there",
    different: () => ({ network: `${name}-none` }),
    says: /not found/,
  },
  {
    what: "an option of its security that the engine does not know",
    different: () => ({ securityOpts: ["no-such=thing"] }),
    says: /no-such/,
  },
  {
    what: "a log that the engine cannot write",
    different: () => ({ logOpts: { "no-such": "1" } }),
    says: /no-such/,
  },
  {
    what: "a mount that the engine cannot make",
    different: () => ({ tmpfs: { "/tmp": "size=nonsense" } }),
    says: /tmpfs|mount|size/,
  },
  {
    what: "an address that is not the machine's",
    different: () => ({ port: { ...spec.port, ip: "192.0.2.1" } }),
    says: /192\.0\.2\.1/,
  },
  {
    what: "a container without the place of its data",
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
  "$what is refused, before anything is replaced",
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
    what: "files that its program cannot start with",
    run: "echo bad settings; exit 3",
    says: /exit code 3[^]*bad settings/,
  },
  {
    what: "files with which it is not healthy",
    run: "echo alive; exec sleep 600",
    says: /it is unhealthy[^]*alive/,
  },
])("$what are refused, before anything is replaced", async ({ run, says }) => {
  const message = await fault({ files: filesWith(run) });

  expect(message).toMatch(says);
  await expectUntouched(message);
});

test("where there is nothing to replace nothing is tried", async () => {
  const first = { ...spec, container: `${name}-first`, image: `${name}:none` };
  await tryContainer(engine, first);
});

test("a port that somebody else has is refused; that of the container to be replaced is not, whatever it is called", async () => {
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
