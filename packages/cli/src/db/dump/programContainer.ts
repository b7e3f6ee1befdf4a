import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type Dockerode from "dockerode";
import { extract, type Pack, pack } from "tar-stream";

import { containerPaths } from "@hosterizer/postgres/server/container/mandatorySettings";
import { engineMessage, ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import { startAttached } from "../../dockerStack/attachedContainer";
import { engine } from "../../dockerStack/engine";
import { runInContainer } from "../../dockerStack/runInContainer";

/** In it lies what programs read and write. It is a volume of the container's own, which the engine removes with it. */
const folder = "/tmp";

/** A container for programs that reach the server at its loopback address. */
export interface ProgramContainer {
  container: Dockerode.Container;
  remove: () => Promise<void>;
}

/**
 * A container of the server's image, with the server's network and without its volumes or any right. It ends with this process, and
 * the engine then removes it.
 *
 * @param server name of the server's container, which runs
 */
export function createProgramContainer(server: string): Promise<ProgramContainer> {
  return explained(`No container can be started beside ${server}`, () => startBeside(server));
}

async function startBeside(server: string): Promise<ProgramContainer> {
  const { Id, Image } = await engine().getContainer(server).inspect();
  const { container, detach } = await startAttached({
    name: `${server}-programs-${randomBytes(4).toString("hex")}`,
    Image,
    // Programs in it are told to end by SIGTERM, which goes to all of them.
    Entrypoint: ["tini", "--", "sh", "-c", 'trap "" TERM; exec cat'],
    HostConfig: {
      NetworkMode: `container:${Id}`,
      AutoRemove: true,
      Mounts: [{ Type: "volume", Source: "", Target: folder }],
      LogConfig: { Type: "none", Config: {} },
    },
  });
  const remove = async () => {
    const removed = ifExists(container.wait({ condition: "removed" }));
    await ifExists(container.kill()).catch(unlessEnded);
    await removed;
    detach();
  };
  return { container, remove };
}

/** The engine refuses to kill a container that has ended. */
function unlessEnded(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 409) throw error;
}

/** Asks everything that runs in the container to end. */
export async function endPrograms({ container }: ProgramContainer): Promise<void> {
  await runInContainer(container, ["sh", "-c", "kill -s TERM -- -1"]);
}

/** Puts a small file into the container. @returns its path there */
export async function putText(
  { container }: ProgramContainer,
  name: string,
  content: string,
): Promise<string> {
  const archive = pack();
  archive.entry({ ...owned, name }, content);
  archive.finalize();
  await explained(`${name} cannot be put into the container`, () =>
    container.putArchive(Readable.from(archive), { path: folder }),
  );
  return `${folder}/${name}`;
}

/** How a transfer is watched and ended. */
export interface Transfer {
  signal: AbortSignal;
  /** Receives the number of bytes so far, and of all if that is known. */
  onBytes: (done: number, all: number | undefined) => void;
}

/** Copies a dump, a file or a folder, into the container. @returns its path there */
export async function putDump(
  { container }: ProgramContainer,
  dump: string,
  name: string,
  transfer: Transfer,
): Promise<string> {
  const archive = pack();
  const orDestroyed = (error: Error) => {
    archive.destroy(error);
    throw error;
  };
  const sent = explained(`${dump} cannot be copied into the container`, () =>
    container.putArchive(Readable.from(archive), { path: folder, abortSignal: transfer.signal }),
  );
  await Promise.all([
    sent.catch(orDestroyed),
    fill(archive, dump, name, transfer).catch(orDestroyed),
  ]);
  return `${folder}/${name}`;
}

/** Only this user may read what lies in the container. */
const owned = { uid: containerPaths.user, gid: containerPaths.user, mode: 0o600 } as const;

async function fill(
  archive: Pack,
  dump: string,
  name: string,
  { signal, onBytes }: Transfer,
): Promise<void> {
  const files = (await stat(dump)).isDirectory()
    ? (await filesOf(dump)).map((file) => ({ from: join(dump, file), name: `${name}/${file}` }))
    : [{ from: dump, name }];
  const sizes = await Promise.all(files.map(async ({ from }) => (await stat(from)).size));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (files[0]?.name !== name)
    archive.entry({ ...owned, name, type: "directory", mode: 0o700 }, "");
  let done = 0;
  for (const [index, file] of files.entries()) {
    const entry = archive.entry({ ...owned, name: file.name, size: sizes[index] ?? 0 });
    const read = createReadStream(file.from).on("data", (chunk) => {
      onBytes((done += chunk.length), all);
    });
    await pipeline(read, entry, { signal });
  }
  archive.finalize();
}

/** The files of a dump in pg_dump's directory format; none of another folder. */
async function filesOf(dump: string): Promise<string[]> {
  if (!existsSync(join(dump, "toc.dat"))) return [];
  const entries = await readdir(dump, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/**
 * Copies a folder of files out of the container.
 *
 * @param to a path that does not exist yet
 * @throws if not every file has arrived as it is
 */
export async function takeFolder(
  { container }: ProgramContainer,
  name: string,
  to: string,
  { signal, onBytes }: Transfer,
): Promise<void> {
  const expected = await sizesIn(container, name);
  const archive = await explained(`${to} cannot be copied out of the container`, () =>
    container.getArchive({ path: `${folder}/${name}`, abortSignal: signal }),
  );
  await mkdir(to, { mode: 0o700 });
  const found = new Map<string, number>();
  let done = 0;
  const unpacked = extract();
  const unpack = async () => {
    for await (const entry of unpacked) {
      const { type, size } = entry.header;
      const file = basename(entry.header.name);
      if (type !== "file" || !expected.has(file)) {
        entry.resume();
        continue;
      }
      found.set(file, size);
      const counted = async function* () {
        for await (const chunk of entry as AsyncIterable<Buffer>) {
          onBytes((done += chunk.length), undefined);
          yield chunk;
        }
      };
      await pipeline(counted, createWriteStream(join(to, file), { flags: "wx", mode: 0o600 }));
    }
  };
  await Promise.all([pipeline(archive, unpacked, { signal }), unpack()]);
  const lost = [...expected].find(([file, size]) => found.get(file) !== size);
  if (lost !== undefined) throw new Error(`${lost[0]} was cut off on its way from the container`);
}

/** The sizes of a folder's files, by name. */
async function sizesIn(
  container: Dockerode.Container,
  name: string,
): Promise<ReadonlyMap<string, number>> {
  const line = `cd ${folder}/${name} && stat --format='%s %n' -- *`;
  const { code, output, messages } = await runInContainer(container, ["sh", "-c", line]);
  if (code !== 0) throw new Error(`${line} ended with ${code}: ${messages}`);
  const lines = output.trimEnd().split("\n");
  return new Map(
    lines.map((each) => {
      const [, size, file = ""] = /^(\d+) (.+)$/.exec(each) ?? [];
      return [file, Number(size)] as const;
    }),
  );
}

/** Runs a request, and explains the engine's refusal. */
async function explained<T>(fault: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Error) || !("statusCode" in error)) throw error;
    throw new UserError(
      `${fault}: ${engineMessage(error)}.`,
      "Make room in the Docker engine if it lacks any, or install PostgreSQL's client on this machine.",
      { cause: error },
    );
  }
}
