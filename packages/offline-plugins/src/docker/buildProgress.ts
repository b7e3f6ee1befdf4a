import { stripVTControlCharacters } from "node:util";

/** One line of what the engine says while it builds or pulls an image. */
interface EngineMessage {
  /** A piece of the output, with its line ends. */
  stream?: string;
  /** What a pull is at. */
  status?: string;
  error?: string;
}

/** How much of the output an error quotes. */
const quotedLines = 20;

/**
 * Reads what the engine says while it builds or pulls.
 *
 * @param cancelled what ends the reading, and is then the reason
 * @param report told each step of a build as it begins: `Step 2/5 : RUN make`
 * @throws Error with what went wrong and the last lines before it
 */
export async function followProgress(
  answer: AsyncIterable<Buffer | string>,
  cancelled: AbortSignal,
  report: (step: string) => void,
): Promise<void> {
  try {
    await follow(answer, report);
  } catch (error) {
    throw cancelled.aborted ? cancelled.reason : error;
  }
  cancelled.throwIfAborted();
}

async function follow(
  answer: AsyncIterable<Buffer | string>,
  report: (step: string) => void,
): Promise<void> {
  const said: string[] = [];
  let step: string | undefined;
  for await (const { stream = "", error } of messages(answer)) {
    const lines = stripVTControlCharacters(stream).split("\n");
    for (const line of lines.map((each) => each.trimEnd()).filter((each) => each !== "")) {
      said.push(line);
      if (!/^Step \d+\/\d+ : /.test(line)) continue;
      step = line;
      report(line);
    }
    if (error !== undefined) throw new Error(describeFailure(error, step, said));
  }
}

function describeFailure(error: string, step: string | undefined, said: readonly string[]): string {
  const where = step === undefined ? "" : ` at ${step}`;
  const last = said.slice(-quotedLines).map((line) => `  ${line}`);
  const quote = last.length === 0 ? [] : ["The last lines of its output:", ...last];
  return [`Docker gave up${where}: ${error.trim()}`, ...quote].join("\n");
}

/** A JSON object a line. */
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
