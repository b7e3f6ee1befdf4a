import { rename, writeFile } from "node:fs/promises";

import type { RunningCommand } from "../stack/project";

/**
 * Waits for a rotation to its end, and gives its clients the new login once it is said that there is one.
 *
 * @param file that the clients read
 * @param print what prints the new login
 */
export async function handOver(
  rotating: RunningCommand,
  file: string,
  print: () => Promise<string>,
): Promise<{ code: number | undefined; output: string }> {
  let handed: Promise<void> | undefined;
  let seen = "";
  rotating.all.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
    if (handed === undefined && seen.includes("Hand it to")) handed = publish(file, print);
  });
  const { exitCode, all } = await rotating;
  await handed;
  return { code: exitCode, output: all };
}

/** Replaced as a whole: a client never reads half of it. */
export async function publish(file: string, print: () => Promise<string>): Promise<void> {
  await writeFile(`${file}.new`, await print(), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
