import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Json } from "./json";
import type { Method } from "./requestMessage";

/** One request to the official plugin, and its answer. */
interface Exchange {
  method: Method;
  request: Json;
  response: Json;
  /** Why it refused, if it did; there is no response then. */
  errors?: string[];
}

/**
 * Reads a recording.
 *
 * @param replace What the recorded server had otherwise than this one, text for text.
 */
export function readRecording(name: string, replace: Record<string, string>): Exchange[] {
  const path = join(
    process.cwd(),
    "packages",
    "offline-plugins",
    "test",
    "recordings",
    `${name}.jsonl`,
  );
  const text = Object.entries(replace).reduce(
    (recorded, [theirs, ours]) => recorded.replaceAll(theirs, ours),
    readFileSync(path, "utf8"),
  );
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const { method, ...exchange } = JSON.parse(line) as Omit<Exchange, "method"> & {
        method: string;
      };
      const first = method.charAt(0).toLowerCase();
      return { method: `${first}${method.slice(1)}` as Method, ...exchange };
    });
}
