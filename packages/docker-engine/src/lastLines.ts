import type Dockerode from "dockerode";

const lines = 20;

/** The last lines of a container's log, for an error message; nothing if there are none or its log cannot be read. */
export async function lastLines(container: Dockerode.Container): Promise<string> {
  try {
    const [info, log] = await Promise.all([
      container.inspect(),
      container.logs({ stdout: true, stderr: true, tail: lines }),
    ]);
    const text = (info.Config.Tty ? log : withoutFrames(log)).toString("utf8").trim();
    return text === "" ? "" : `\nThe last lines of its log:\n${text.replace(/^/gm, "  ")}`;
  } catch {
    // Some drivers keep no log that can be read; the failure itself is what counts.
    return "";
  }
}

/**
 * The engine sends both outputs of a container in one stream, in frames of eight bytes and a text.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
function withoutFrames(log: Buffer): Buffer {
  const texts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    texts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(texts);
}
