import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A program `ssh` at the head of the PATH. */
export interface FakeSsh {
  /** The command lines of its runs. */
  runs: () => Promise<string[][]>;
  remove: () => Promise<void>;
}

/**
 * Replaces `ssh` with a program that stays on this machine: it records its arguments and connects to the local engine's
 * socket, as `docker system dial-stdio` does on the remote machine.
 *
 * @param complaint what it prints instead, before it fails like ssh
 */
export async function fakeSsh(socket: string, complaint?: string): Promise<FakeSsh> {
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-ssh-"));
  const log = join(folder, "log");
  await writeFile(log, "");
  const program = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + "\\n");
const complaint = ${JSON.stringify(complaint ?? null)};
if (complaint !== null) {
  process.stderr.write(complaint + "\\n", () => process.exit(255));
} else {
  const engine = require("node:net").connect(${JSON.stringify(socket)});
  process.stdin.pipe(engine).pipe(process.stdout);
  engine.on("close", () => process.exit(0));
}
`;
  await writeFile(join(folder, "ssh"), program);
  await chmod(join(folder, "ssh"), 0o755);
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = [folder, path].join(delimiter);
  return {
    runs: async () => {
      const lines = (await readFile(log, "utf8")).trim().split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as string[]);
    },
    remove: async () => {
      process.env["PATH"] = path;
      await rm(folder, { recursive: true });
    },
  };
}
