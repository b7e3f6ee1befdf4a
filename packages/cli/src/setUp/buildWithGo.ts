import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Presets, SingleBar } from "cli-progress";
import semver from "semver";

import { isAlive } from "@hosterizer/postgres/server/embedded/serverProcess";
import { UserError } from "@hosterizer/postgres/userError";
import { findOnPath, folders } from "../folders";
import { pins } from "../pins";
import { runQuietly } from "../runProgram";
import { say } from "../terminal";

/** A program that is built from a Go module with pinned, checksummed dependencies. */
interface GoProgram {
  /** File name of the program. */
  name: string;
  /** Folder of the finished program. */
  destination: string;
  /** Folder with go.mod and go.sum. Each program has its own: they need different versions of the same packages. */
  directory: string;
  /** Package to build. */
  package: string;
  /** Module that decides which version the program is. */
  module: string;
  version: string;
  /** Flags for the linker. */
  ldflags: string;
}

const { pulumiModule, languageHostModule } = pins;
// Without the symbol table the program is a third smaller, and links faster.
const stripped = "-s -w";

const goPrograms: readonly GoProgram[] = [
  {
    name: "pulumi",
    destination: join(folders.toolchain, "bin"),
    directory: join(__dirname, "go", "pulumi"),
    package: `${pulumiModule.module}/cmd/pulumi`,
    ...pulumiModule,
    ldflags: `${stripped} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiModule.version}`,
  },
  {
    name: "pulumi-language-nodejs",
    // Not where Pulumi looks for it: `launchers` puts a script there.
    destination: join(folders.toolchain, "libexec"),
    directory: join(__dirname, "go", "language-nodejs"),
    package: `${languageHostModule.module}/nodejs/cmd/pulumi-language-nodejs`,
    ...languageHostModule,
    ldflags: `${stripped} -X ${languageHostModule.module}/go/common/version.Version=${languageHostModule.version}`,
  },
];

/** Why Go cannot build Pulumi on this machine; undefined if it can. May download a newer Go, if Go is allowed to. */
export async function faultOfGo(): Promise<string | undefined> {
  if (findOnPath("go") === undefined) return "Go is not on the PATH.";
  for (const { directory } of goPrograms) {
    const needed = /^go (\S+)$/m.exec(readFileSync(join(directory, "go.mod"), "utf8"))?.[1] ?? "";
    const { code, stdout, stderr } = await runQuietly("go", ["env", "GOVERSION"], {
      cwd: directory,
      timeout: 180_000,
    });
    const fault = faultOfGoVersion(needed, code === 0 ? stdout.trim() : stderr.trim());
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Why this Go is too old.
 *
 * @param needed version in go.mod
 * @param answer what `go env GOVERSION` printed: `go1.26.8`, or why Go refused
 */
export function faultOfGoVersion(needed: string, answer: string): string | undefined {
  const found = /^go\d/.test(answer) ? semver.coerce(answer.slice("go".length)) : null;
  const minimum = semver.coerce(needed);
  if (found !== null && minimum !== null && semver.gte(found, minimum)) return undefined;
  return `Go ${needed} or later is needed to build Pulumi. Here: ${answer.split("\n").at(-1) ?? answer}`;
}

/**
 * Builds Pulumi and its Node.js language host from Go modules, and writes the launchers beside them.
 *
 * Takes minutes the first time, so it shows its progress. A program gets its name when it is complete: after a killed build
 * the next one continues from Go's own cache, and leaves alone what is built already.
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
  await writeLaunchers(bin);
  return join(bin, "pulumi");
}

/** Go records in each program which modules it was built from. */
async function isBuilt({ name, destination, module, version }: GoProgram): Promise<boolean> {
  const path = join(destination, name);
  if (!existsSync(path)) return false;
  const { code, stdout } = await runQuietly("go", ["version", "-m", path]);
  return (
    code === 0 && stdout.split("\n").some((line) => line.includes(`\t${module}\t${version}\t`))
  );
}

async function build(program: GoProgram): Promise<void> {
  const progress = showProgress();
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

/** Removes unfinished builds of killed set-ups. Their suffix is the process id of the set-up. */
async function removeInterrupted({ name, destination }: GoProgram): Promise<void> {
  for (const file of await readdir(destination)) {
    const pid = file.startsWith(`${name}.`) ? Number(file.slice(name.length + 1)) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(destination, file));
  }
}

async function go(program: GoProgram, args: string[], onLine: (line: string) => void) {
  // With a workspace or flags of the user's, Go would build something that go.sum has not checked.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  const ended = await runQuietly("go", args, { cwd: program.directory, env, onLine });
  if (ended.code === 0) return ended;
  const end = ended.stderr.trimEnd().split("\n").slice(-12).join("\n");
  throw new UserError(
    `go ${args[0] ?? ""} failed for ${program.name}:\n${end}`,
    "Fix it and rerun; the build resumes. Or install Pulumi: https://www.pulumi.com/docs/install/.",
  );
}

/** A bar with the elapsed time on a terminal; elsewhere a line every ten seconds. On stderr. */
function showProgress() {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: "  {bar} {percentage} % | {duration_formatted} | {step}",
      barsize: 24,
      fps: 4,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      gracefulExit: false,
    },
    Presets.rect,
  );
  let sources = 0;
  let total = 1;
  let done = 0;
  bar.start(total, 0, { step: "reading the module" });
  return {
    /** A line that Go printed while it downloaded the sources. */
    fetched: (line: string) => {
      const module = /^go: downloading (\S+)/.exec(line)?.[1];
      if (module !== undefined) bar.update({ step: `fetching module ${++sources}: ${module}` });
    },
    /** The sources are complete; so many packages must be compiled. */
    start: (packages: number) => {
      // The last step, linking, counts as a package.
      total = packages + 1;
      bar.setTotal(total);
    },
    /** A line that Go printed while it compiled. */
    compiled: (line: string) => {
      if (!/^[\w.\-/~]+$/.test(line)) return;
      done = Math.min(done + 1, total - 1);
      const step = done === total - 1 ? "linking" : `compiling ${done} of ${total - 1}: ${line}`;
      bar.update(done, { step });
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** Folder of the project, seen from a launcher. */
const project = '"$(dirname "$0")"/../../..';

/**
 * Programs that Pulumi starts and expects beside itself, as shell commands.
 *
 * The language host is older than the command line and takes the runtime's options as arguments, which this command line no
 * longer passes. The other launcher starts dynamic resources: the one of the official release calls Node.js twice.
 */
const launchers: Readonly<Record<string, string>> = {
  "pulumi-language-nodejs": `"$(dirname "$0")"/../libexec/pulumi-language-nodejs -typescript=false "-nodeargs=${pins.nodeArguments}"`,
  "pulumi-resource-pulumi-nodejs": `node --require ${project}/packages/cli/preload.cjs ${project}/node_modules/@pulumi/pulumi/cmd/dynamic-provider`,
};

/** @param bin folder of the program `pulumi` */
async function writeLaunchers(bin: string): Promise<void> {
  for (const [name, command] of Object.entries(launchers)) {
    const unfinished = join(bin, `.${name}.${process.pid}`);
    await writeFile(unfinished, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(bin, name));
  }
}
