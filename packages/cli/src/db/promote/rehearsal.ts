import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";

import { CommandError } from "../../commandError";
import { folders } from "../../folders";
import { pins } from "../../pins";
import { runQuietly } from "../../runProgram";
import { rehearsalStack } from "../../stack/backend";
import { stackFiles } from "../../stack/stackFiles";
import { editTarget } from "../migrate/editTarget";
import { readStackAccess } from "../stack/readStackAccess";
import type { StackAccess } from "../stack/stackAccess";

/** How much of a failed update is shown. */
const lastLines = 25;

/** A stack with an embedded server of its own, made by this program, that nobody else knows. */
export class Rehearsal {
  /**
   * Makes it.
   *
   * @param database the name of the database
   * @param version number of the last migration to be applied
   * @throws CommandError with what the update said
   */
  static async begin(database: string, version: number): Promise<Rehearsal> {
    // One that was killed has left its own.
    await new Rehearsal().end();
    const { merged } = stackFiles(rehearsalStack);
    await mkdir(dirname(merged), { recursive: true, mode: 0o700 });
    // What is proven of it is asked of it afterwards.
    const keys = { instance: "embedded", port: await freePort(), database, proof: false };
    const lines = Object.entries(keys).map(
      ([key, value]) => `  ${pins.project}:${key}: ${JSON.stringify(value)}\n`,
    );
    const text = `config:\n${lines.join("")}`;
    await writeFile(merged, editTarget(text, version, {}), { mode: 0o600 });
    const rehearsal = new Rehearsal();
    try {
      await rehearsal.up();
      return rehearsal;
    } catch (error) {
      await rehearsal.end();
      throw error;
    }
  }

  /** Converges it on everything that the program declares, all migrations too. @throws CommandError as `begin` */
  async complete(): Promise<void> {
    const { merged } = stackFiles(rehearsalStack);
    await writeFile(merged, editTarget(await readFile(merged, "utf8"), undefined, {}));
    await this.up();
  }

  access(): Promise<StackAccess> {
    return readStackAccess(rehearsalStack);
  }

  /** Removes it, its server and its data; also what is left of one. */
  async end(): Promise<void> {
    const { merged, state } = stackFiles(rehearsalStack);
    const isThere = await readFile(merged).catch(() => undefined);
    if (isThere === undefined) return;
    await run("destroy", "--stack", rehearsalStack, "--yes");
    await rm(merged, { force: true });
    await rm(state, { force: true });
  }

  private async up(): Promise<void> {
    await run("up", "--stack", rehearsalStack, "--yes", "--skip-preview");
  }
}

async function run(...args: string[]): Promise<void> {
  const program = join(folders.project, "packages", "cli", "run.mjs");
  const { code, stdout, stderr } = await runQuietly(process.execPath, [program, ...args], {
    cwd: folders.project,
  });
  if (code === 0) return;
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-lastLines).join("\n");
  throw new CommandError(
    `The rehearsal's \`${args[0] ?? ""}\` failed:\n${said}`,
    "Mend what it names, and begin again: nothing was changed there.",
  );
}

/** A port of this machine that nobody listens on. */
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
