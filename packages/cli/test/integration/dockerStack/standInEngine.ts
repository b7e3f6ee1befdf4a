import { createServer, type ServerResponse } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { vi } from "vitest";

import { connectEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { parseHost } from "@hosterizer/postgres/server/dockerEngine/engineAddress";

/** What the engine answers to a request: an object as JSON, or whatever a function does with the response. */
type Answer = object | ((response: ServerResponse) => void);

/** Something that answers like a Docker engine, for what a real one cannot be made to do cheaply. */
export interface StandInEngine {
  /** Every request so far, such as `GET /containers/a/json`. */
  requests: string[];
  /** By request. What is not here does not exist: 404. */
  answers: Record<string, Answer>;
  close: () => Promise<void>;
}

/** Starts one, and has this process' modules use it: those that are imported afterwards. */
export async function startStandInEngine(): Promise<StandInEngine> {
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-engine-"));
  const socket = join(folder, "engine.sock");
  const requests: string[] = [];
  const answers: Record<string, Answer> = {};
  const server = createServer((request, response) => {
    const name = `${request.method ?? ""} ${(request.url ?? "").replace(/\?.*/, "")}`;
    requests.push(name);
    const answer = answers[name];
    request.resume();
    if (typeof answer === "function") answer(response);
    else {
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "no such object" }));
    }
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const engine = connectEngine(parseHost(`unix://${socket}`, "the test", undefined));
  vi.resetModules();
  vi.doMock("../../../src/dockerStack/engine", () => ({ engine: () => engine }));
  const close = async () => {
    vi.doUnmock("../../../src/dockerStack/engine");
    vi.resetModules();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  };
  return { requests, answers, close };
}

/** A frame of a container's standard output, as the engine sends it: eight bytes before the text. */
export function outputFrame(text: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** Answers for one program that is run in a container and prints a text. */
export function programOf(container: string, text: string, code = 0): Record<string, Answer> {
  return {
    [`POST /containers/${container}/exec`]: { Id: "program" },
    "POST /exec/program/start": (response) => response.end(outputFrame(text)),
    "GET /exec/program/json": { ExitCode: code },
  };
}
