import { resolve } from "node:path";
import { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

import { EngineUnreachable } from "@hosterizer/postgres/server/dockerEngine/connectEngine";

import type { State } from "../protocol/resourceSchema";
import { buildArchive, buildContext } from "./buildContext";
import type { DockerSession } from "./session";

/**
 * Builds an image from a folder with the engine's own builder, which every engine has, and tags it.
 *
 * @throws Error with the step that failed and the last lines of its output
 */
export async function buildImage(
  { engine, cancelled, status }: DockerSession,
  name: string,
  build: State<typeof buildSchema>,
): Promise<void> {
  const context = resolve(build.context);
  const entries = await buildContext(context, build.dockerfile);
  const archive = Readable.from(buildArchive(context, entries), { objectMode: false });
  let failure: unknown;
  archive.once("error", (error) => {
    failure = error;
  });
  const answer = await engine
    .buildImage(archive, {
      t: name,
      dockerfile: build.dockerfile,
      buildargs: { ...build.buildArgs },
      labels: { ...build.label, ...build.labels },
      nocache: build.noCache ?? false,
      pull: build.pullParent ?? false,
      rm: build.remove,
      forcerm: build.forceRemove ?? false,
      abortSignal: cancelled,
      ...(build.target === null ? {} : { target: build.target }),
      ...(build.networkMode === null ? {} : { networkmode: build.networkMode }),
      ...(build.platform === null ? {} : { platform: build.platform }),
    })
    .catch((error: unknown) => {
      // An unreadable file breaks the connection too. The error of the archive is then the cause.
      throw error instanceof EngineUnreachable ? (failure ?? error) : error;
    });
  await followProgress(answer, cancelled, (step) => {
    status(`${name}: ${step}`);
  });
  for (const tag of build.tags ?? []) {
    if (tag !== name) await engine.getImage(name).tag(splitTag(tag));
  }
}

/**
 * Reads the engine's messages until a build or a pull is finished.
 *
 * @param cancelled ends the reading; its reason is then the error
 * @param report called with each step of a build as it begins: `Step 2/5 : RUN make`
 * @throws Error with the engine's error and the last lines of output before it
 */
export async function followProgress(
  answer: AsyncIterable<Buffer | string>,
  cancelled: AbortSignal,
  report: (step: string) => void,
): Promise<void> {
  try {
    await readMessages(answer, report);
  } catch (error) {
    throw cancelled.aborted ? cancelled.reason : error;
  }
  cancelled.throwIfAborted();
}

async function readMessages(
  answer: AsyncIterable<Buffer | string>,
  report: (step: string) => void,
): Promise<void> {
  const output: string[] = [];
  let step: string | undefined;
  for await (const { stream = "", error } of messages(answer)) {
    const lines = stripVTControlCharacters(stream).split("\n");
    for (const line of lines.map((each) => each.trimEnd()).filter((each) => each !== "")) {
      output.push(line);
      if (!/^Step \d+\/\d+ : /.test(line)) continue;
      step = line;
      report(line);
    }
    if (error !== undefined) throw new Error(describeFailure(error, step, output));
  }
}

/** One message of the engine while it builds or pulls an image. */
interface EngineMessage {
  /** A piece of the output, including line breaks. */
  stream?: string;
  /** The current step of a pull. */
  status?: string;
  error?: string;
}

/** Parses the answer, which has one JSON object per line. */
async function* messages(answer: AsyncIterable<Buffer | string>): AsyncGenerator<EngineMessage> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of answer) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as EngineMessage;
  }
  if (rest.trim() !== "") yield JSON.parse(rest) as EngineMessage;
}

function describeFailure(
  error: string,
  step: string | undefined,
  output: readonly string[],
): string {
  const where = step === undefined ? "" : ` at ${step}`;
  const last = output.slice(-quotedLines).map((line) => `  ${line}`);
  const quote = last.length === 0 ? [] : ["The last lines of its output:", ...last];
  return [`Docker failed${where}: ${error.trim()}`, ...quote].join("\n");
}

/** The number of output lines that an error quotes. */
const quotedLines = 20;

/** Splits `registry:5000/name:tag` into name and tag. Without a tag it is `latest`. */
export function splitTag(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(":");
  if (colon <= reference.lastIndexOf("/")) return { repo: reference, tag: "latest" };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}

/** Options that the engine's own builder lacks, or that this project does not need. */
const unserved = { replaces: true, unserved: true } as const;

/**
 * The property `build` of `docker.RemoteImage`. Any change in it replaces the image, as in the official plugin.
 */
export const buildSchema = {
  additionalContexts: { kind: "list", ...unserved },
  authConfigs: { kind: "objects", ...unserved, terraformName: "auth_config", properties: {} },
  buildArgs: { kind: "map", replaces: true },
  buildId: { kind: "string", ...unserved },
  buildLogFile: { kind: "string", ...unserved },
  builder: { kind: "string", ...unserved },
  cacheFroms: { kind: "list", ...unserved, terraformName: "cache_from" },
  cacheTos: { kind: "list", ...unserved, terraformName: "cache_to" },
  cgroupParent: { kind: "string", ...unserved },
  /** A folder, relative to the project's folder. */
  context: { kind: "string", required: true, replaces: true },
  cpuPeriod: { kind: "number", ...unserved },
  cpuQuota: { kind: "number", ...unserved },
  cpuSetCpus: { kind: "string", ...unserved },
  cpuSetMems: { kind: "string", ...unserved },
  cpuShares: { kind: "number", ...unserved },
  /** A path within the context. */
  dockerfile: { kind: "string", default: "Dockerfile", replaces: true },
  extraHosts: { kind: "list", ...unserved },
  forceRemove: { kind: "boolean", replaces: true },
  isolation: { kind: "string", ...unserved },
  label: { kind: "map", replaces: true },
  labels: { kind: "map", replaces: true },
  memory: { kind: "number", ...unserved },
  memorySwap: { kind: "number", ...unserved },
  networkMode: { kind: "string", replaces: true },
  noCache: { kind: "boolean", replaces: true },
  platform: { kind: "string", replaces: true },
  provenance: { kind: "string", ...unserved },
  pullParent: { kind: "boolean", replaces: true },
  remoteContext: { kind: "string", ...unserved },
  remove: { kind: "boolean", default: true, replaces: true },
  sbom: { kind: "string", ...unserved },
  secrets: { kind: "objects", ...unserved, properties: {} },
  securityOpts: { kind: "list", ...unserved, terraformName: "security_opt" },
  sessionId: { kind: "string", ...unserved },
  shmSize: { kind: "number", ...unserved },
  squash: { kind: "boolean", ...unserved },
  suppressOutput: { kind: "boolean", ...unserved },
  tags: { kind: "list", replaces: true, terraformName: "tag" },
  target: { kind: "string", replaces: true },
  ulimits: { kind: "objects", ...unserved, terraformName: "ulimit", properties: {} },
  useLegacyBuilder: { kind: "boolean", default: false, replaces: true },
  version: { kind: "string", ...unserved },
} as const;
