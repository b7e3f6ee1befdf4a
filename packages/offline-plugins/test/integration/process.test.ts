import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, credentials } from "@grpc/grpc-js";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { afterEach, expect, test } from "vitest";

const main = join(process.cwd(), "packages", "offline-plugins", "src", "postgresql", "main.ts");
const tsx = join(process.cwd(), "node_modules", "tsx", "dist", "loader.mjs");

/** Starts the plugin as its child, says the child's process id and first line, and then waits to be killed. */
const engineProgram = `
  const { spawn } = require("node:child_process");
  const [address] = process.argv.slice(1);
  const plugin = spawn(process.execPath, ["--conditions=hosterizer-source", "--import", ${JSON.stringify(tsx)}, ${JSON.stringify(main)}, address], {
    stdio: ["ignore", "pipe", "inherit"], detached: true,
  });
  plugin.stdout.on("data", (data) => process.stdout.write(plugin.pid + " " + data));
  setInterval(() => undefined, 1000);`;

const started: ChildProcess[] = [];
let listener: Server | undefined;

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  listener?.close();
});

async function startListener(): Promise<string> {
  listener = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return address !== null && typeof address === "object" ? `127.0.0.1:${address.port}` : "";
}

async function firstLine(child: ChildProcess): Promise<string> {
  started.push(child);
  if (child.stdout === null) throw new Error("the child has no standard output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function endsWithin(pid: number, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 100) {
    if (!isAlive(pid)) return true;
    await sleep(100);
  }
  return false;
}

test("prints only its port, and answers there, whatever folder it was started from", async () => {
  const plugin = spawn(
    process.execPath,
    ["--conditions=hosterizer-source", "--import", tsx, main, await startListener()],
    {
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let printed = "";
  plugin.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  plugin.stderr.on("data", (data: Buffer) => (printed += data.toString()));
  const port = await firstLine(plugin);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = ResourceProviderService.getPluginInfo;
  const version = await new Promise<string | undefined>((resolve, reject) => {
    const answer = (error: Error | null, info?: PluginInfo) => {
      if (error === null) resolve(info?.getVersion());
      else reject(error);
    };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, new Empty(), answer);
  });
  client.close();
  expect(version).toBe("3.18.1");
  expect(printed).toMatch(/^\d+\n$/);
  plugin.kill("SIGTERM");
  await once(plugin, "exit");
});

test("exits when its engine is killed without a message", async () => {
  const address = await startListener();
  const engine = spawn(process.execPath, ["-e", engineProgram, address], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number((await firstLine(engine)).split(" ")[0]);
  await sleep(1500);
  expect(isAlive(pid)).toBe(true);
  engine.kill("SIGKILL");
  expect(await endsWithin(pid, 8_000)).toBe(true);
});

test("exits when nothing listens at its engine's address any more", async () => {
  const plugin = spawn(
    process.execPath,
    ["--conditions=hosterizer-source", "--import", tsx, main, await startListener()],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await firstLine(plugin);
  await sleep(1500);
  expect(plugin.exitCode).toBeNull();
  listener?.close();
  const exited = await Promise.race([once(plugin, "exit"), sleep(10_000, "still running")]);
  expect(exited).toEqual([0, null]);
});
