import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Json } from "./json";
import type { Method } from "./requestMessage";

/** One request to the official plugin, and its answer. */
export interface Exchange {
  method: Method;
  request: Json;
  response: Json;
}

/**
 * Reads a recording.
 *
 * @param replace What the recorded server had otherwise than this one, text for text.
 */
export function readRecording(name: string, replace: Record<string, string>): Exchange[] {
  const path = join(process.cwd(), "test", "recordings", `${name}.jsonl`);
  const text = Object.entries(replace).reduce(
    (recorded, [theirs, ours]) => recorded.replaceAll(theirs, ours),
    readFileSync(path, "utf8"),
  );
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const { method, request, response } = JSON.parse(line) as {
        method: string;
        request: Json;
        response: Json;
      };
      const first = method.charAt(0).toLowerCase();
      return { method: `${first}${method.slice(1)}` as Method, request, response };
    });
}
