import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../../folders";
import { pins } from "../../pins";
import { runQuietly } from "../../runProgram";
import { rehearsalStack } from "../../stack/backend";
import { stackFiles } from "../../stack/stackFiles";
import { editTarget } from "../stack/schemaVersion";
import { readStackAccess, type StackAccess } from "../stack/stackAccess";

/** A stack with its own embedded server, made by this program for one promotion. */
export class Rehearsal {
  /**
   * Makes it.
   *
   * @param database the name of the database
   * @param version number of the last migration to apply
   * @throws UserError with the end of the update's output
   */
  static async begin(database: string, version: number): Promise<Rehearsal> {
    const rehearsal = new Rehearsal();
    // A promotion that was killed has left its rehearsal behind.
    await rehearsal.end();
    const { merged } = stackFiles(rehearsalStack);
    await mkdir(dirname(merged), { recursive: true, mode: 0o700 });
    // Without the proof at the end of each update: step 6 runs it.
    const keys = { instance: "embedded", port: await freePort(), database, proof: false };
    const lines = Object.entries(keys).map(
      ([key, value]) => `  ${pins.project}:${key}: ${JSON.stringify(value)}\n`,
    );
    const text = `config:\n${lines.join("")}`;
    await writeFile(merged, editTarget(text, version, {}), { mode: 0o600 });
    try {
      await rehearsal.up();
      return rehearsal;
    } catch (error) {
      await rehearsal.end();
      throw error;
    }
  }

  /** Converges it on everything that the program declares, with all migrations. @throws UserError as `begin` does */
  async complete(): Promise<void> {
    const { merged } = stackFiles(rehearsalStack);
    await writeFile(merged, editTarget(await readFile(merged, "utf8"), undefined, {}));
    await this.up();
  }

  access(): Promise<StackAccess> {
    return readStackAccess(rehearsalStack);
  }

  /** Removes it with its server and its data, even if it is incomplete. */
  async end(): Promise<void> {
    const { merged, state } = stackFiles(rehearsalStack);
    const configuration = await readFile(merged).catch(() => undefined);
    if (configuration === undefined) return;
    await run("destroy", "--stack", rehearsalStack, "--yes");
    await rm(merged, { force: true });
    await rm(state, { force: true });
  }

  private async up(): Promise<void> {
    await run("up", "--stack", rehearsalStack, "--yes", "--skip-preview");
  }
}

/** How many lines of a failed command's output are shown. */
const shownLines = 25;

async function run(...args: string[]): Promise<void> {
  const program = join(folders.project, "packages", "cli", "run.mjs");
  const { code, stdout, stderr } = await runQuietly(process.execPath, [program, ...args], {
    cwd: folders.project,
  });
  if (code === 0) return;
  const output = `${stdout}\n${stderr}`.trim().split("\n").slice(-shownLines).join("\n");
  throw new UserError(
    `The rehearsal's \`${args[0] ?? ""}\` failed:\n${output}`,
    "Fix what it names, and start again: the destination was not changed.",
  );
}

/** A port on which nothing listens on this machine. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
