import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { isAlive } from "@hosterizer/postgres/server/embedded/serverProcess";
import { CommandError } from "../commandError";
import { folders } from "../folders";
import { say } from "../say";
import { type GoProgram, goPrograms } from "./goModule";
import { buildProgress } from "./buildProgress";
import { placeLaunchers } from "./placeLaunchers";
import { runQuietly } from "./runQuietly";

/**
 * Builds Pulumi and its Node.js language host from Go modules, and lays beside them what starts a program and dynamic
 * resources.
 *
 * Minutes the first time, so it shows how far it is. A program gets its name when it is whole: a killed build is gone on
 * with, from Go's own cache, and what is built already is left alone.
 *
 * @returns path of `pulumi`
 */
export async function buildWithGo(): Promise<string> {
  const bin = join(folders.toolchain, "bin");
  for (const program of goPrograms) {
    if (await isBuilt(program)) continue;
    say(`Building ${program.name} ${program.version} from its Go module. This happens once.`);
    await build(program);
  }
  await placeLaunchers(bin);
  return join(bin, "pulumi");
}

/** Go writes into each program which modules it was made of. */
async function isBuilt({ name, destination, module, version }: GoProgram): Promise<boolean> {
  const path = join(destination, name);
  if (!existsSync(path)) return false;
  const { code, stdout } = await runQuietly("go", ["version", "-m", path]);
  return (
    code === 0 && stdout.split("\n").some((line) => line.includes(`\t${module}\t${version}\t`))
  );
}

async function build(program: GoProgram): Promise<void> {
  const progress = buildProgress();
  const finished = join(program.destination, program.name);
  const unfinished = `${finished}.${process.pid}`;
  await mkdir(program.destination, { recursive: true });
  await removeInterrupted(program);
  try {
    const staleness = "{{if .Stale}}{{.ImportPath}}{{end}}";
    const list = ["list", "-mod=readonly", "-deps", "-f", staleness, program.package];
    const { stdout } = await go(program, list, progress.fetched);
    progress.start(stdout.split("\n").filter((line) => line !== "").length);
    const flags = ["-mod=readonly", "-v", `-ldflags=${program.ldflags}`, "-o", unfinished];
    await go(program, ["build", ...flags, program.package], progress.compiled);
    await rename(unfinished, finished);
  } finally {
    progress.stop();
    await rm(unfinished, { force: true });
  }
}

/** What killed set-ups have left of this program. The number is the set-up's process id. */
async function removeInterrupted({ name, destination }: GoProgram): Promise<void> {
  for (const file of await readdir(destination)) {
    const pid = file.startsWith(`${name}.`) ? Number(file.slice(name.length + 1)) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(destination, file));
  }
}

async function go(program: GoProgram, args: string[], onLine: (line: string) => void) {
  // A workspace or flags of the user's would build something else than go.sum has checked.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const ended = await runQuietly("go", args, { cwd: program.directory, env, onLine });
  if (ended.code === 0) return ended;
  const end = ended.stderr.trimEnd().split("\n").slice(-12).join("\n");
  throw new CommandError(
    `go ${args[0] ?? ""} failed for ${program.name}:\n${end}`,
    "Mend that and run the command again: it goes on from here. Or install Pulumi, https://www.pulumi.com/docs/install/.",
  );
}
