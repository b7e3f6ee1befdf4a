import type Dockerode from "dockerode";

/** Not found, and not modified: the object is in the requested state already. */
const nothingToDo: readonly unknown[] = [404, 304];

/** The engine's answer about an object; undefined if the object does not exist. */
export async function ifExists<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (nothingToDo.includes((error as { statusCode?: number }).statusCode)) return undefined;
    throw error;
  }
}

/** The engine's own words when it refused a request, without the prefix that dockerode adds. */
export function engineMessage(error: Error): string {
  const body: unknown = "json" in error ? error.json : undefined;
  const hasMessage = typeof body === "object" && body !== null && "message" in body;
  return (hasMessage ? String(body.message) : error.message).trim();
}

const tailLines = 20;

/** The last lines of a container's log, for an error message; empty if it has none or its log cannot be read. */
export async function logTail(container: Dockerode.Container): Promise<string> {
  try {
    const [info, log] = await Promise.all([
      container.inspect(),
      container.logs({ stdout: true, stderr: true, tail: tailLines }),
    ]);
    const text = (info.Config.Tty ? log : withoutFrames(log)).toString("utf8").trim();
    return text === "" ? "" : `\nThe last lines of its log:\n${text.replace(/^/gm, "  ")}`;
  } catch {
    // Some log drivers cannot be read. The failure that the message is about matters more.
    return "";
  }
}

/**
 * The engine sends both outputs of a container in one stream, in frames: a header of eight bytes, then the text.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function withoutFrames(log: Buffer): Buffer {
  const texts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    texts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(texts);
}
