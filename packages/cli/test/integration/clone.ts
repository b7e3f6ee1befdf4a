import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { linkModules } from "../../../../test/linkModules";
import { setUp } from "../../src/setUp/setUp";

/** A clone of the project with a small program, for tests of the npm commands. */
export interface Clone {
  folder: string;
  /** Starts an npm command and leaves it running. */
  start: (args: string[], environment?: NodeJS.ProcessEnv) => ChildProcess;
  /** Runs an npm command to its end. */
  run: (args: string[], environment?: NodeJS.ProcessEnv) => Promise<Run>;
  /** Runs a line of shell in the clone's folder. */
  shell: (line: string, environment?: NodeJS.ProcessEnv) => Promise<Run>;
  remove: () => Promise<void>;
}

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Three resources, one after the other; each takes $PAUSE milliseconds to make. Their secret is in the state. */
const program = `import * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs) {
    await new Promise((resolve) => setTimeout(resolve, Number(process.env["PAUSE"] ?? 0)));
    return { id: inputs["name"], outs: inputs };
  },
};

class Part extends pulumi.dynamic.Resource {
  constructor(name: string, port: number, opts?: pulumi.CustomResourceOptions) {
    super(provider, name, { name, port, word: pulumi.secret("open sesame") }, opts);
  }
}

const port = new pulumi.Config().requireNumber("port");
const first = new Part("first", port);
const second = new Part("second", port, { dependsOn: first });
new Part("third", port, { dependsOn: second });

export const host = "127.0.0.1";
export const word = pulumi.secret("open sesame");
export { port };
`;

/** A plugin that gets no request, because the program has no resource of it. */
const plugin = `setInterval(() => undefined, 1000);\n`;

/** Makes a clone in a folder whose name needs quoting. Pulumi is the one that this project has set up. */
export async function makeClone(): Promise<Clone> {
  const { pulumi } = await setUp();
  const folder = join(await mkdtemp(join(tmpdir(), "hosterizer-clone-")), "my clone #1");
  await mkdir(folder);
  const files = (await readdir(".")).filter((name) => /\.(json|yaml|ts)$|^\.gitignore$/.test(name));
  for (const name of [...files, "packages", "components", "database"]) {
    await cp(name, join(folder, name), { recursive: true });
  }
  await linkModules(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "index.ts"), program);
  const plugins = join(folder, "packages", "offline-plugins", "src", "postgresql");
  await mkdir(plugins, { recursive: true });
  await writeFile(join(plugins, "main.ts"), plugin);

  const outside = Object.entries(process.env).filter(
    ([name]) => !/^PULUMI_|^HOSTERIZER_/.test(name),
  );
  const environment = {
    ...Object.fromEntries(outside),
    HOME: dirname(folder),
    PATH: [dirname(pulumi.path), process.env["PATH"]].join(delimiter),
    HOSTERIZER_PULUMI: "path",
    HOSTERIZER_PLUGINS: "offline",
  };
  const launch = (command: string, args: string[], more?: NodeJS.ProcessEnv) =>
    spawn(command, args, { cwd: folder, env: { ...environment, ...more } });
  const start: Clone["start"] = (args, more) =>
    launch(process.execPath, [join("packages", "cli", "run.mjs"), ...args], more);
  return {
    folder,
    start,
    run: (args, more) => toItsEnd(start(args, more)),
    shell: (line, more) => toItsEnd(launch("/bin/sh", ["-c", line], more)),
    remove: () => rm(dirname(folder), { recursive: true, force: true }),
  };
}

/** Waits until a process exits and returns its output. */
export function toItsEnd(child: ChildProcess): Promise<Run> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
  // These commands must not wait for a terminal.
  child.stdin?.end();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}
