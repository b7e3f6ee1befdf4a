import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";

import {
  embeddedServer,
  startServer,
  stopServer,
} from "@hosterizer/postgres/server/embedded/server";
import { serverAccount, serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import type { Project } from "./project";

/** A converged project and its server, from which others are copied without an update. */
export interface ConvergedStack {
  /** Folder with the project's own files and those of its stopped server. */
  folder: string;
  port: number;
}

const stateFile = "state.json";
/** What a stack keeps in the project's `.hosterizer`, apart from its server. */
const own = ["config", "local", "passphrase", "state"];

/** Copies a project's stack into a folder. Stops its server for that, and starts it again. */
export async function keepStack(project: Project, folder: string): Promise<ConvergedStack> {
  await mkdir(folder);
  await pulumi(project, `stack export --show-secrets --file ${join(folder, stateFile)}`);
  const server = await embeddedServer(project.directory, project.stack, project.port);
  await stopServer(server);
  await execa("cp", ["-a", server.paths.directory, join(folder, "server")]);
  await startServer(server);
  const files = own.map((name) => join(project.directory, ".hosterizer", name));
  await execa("cp", ["-a", ...files, folder]);
  return { folder, port: project.port };
}

/** Gives a project that has no stack yet a copy of one, on its own port, and starts the server. */
export async function takeStack(project: Project, { folder, port }: ConvergedStack): Promise<void> {
  const files = own.map((name) => join(folder, name));
  await execa("cp", ["-a", ...files, join(project.directory, ".hosterizer")]);
  const { directory } = serverPaths(
    project.directory,
    project.stack,
    serverAccount(project.directory),
  );
  await mkdir(dirname(directory), { recursive: true, mode: 0o711 });
  await execa("cp", ["-a", join(folder, "server"), directory]);
  // What a server is started with follows from its files.
  await startServer(await embeddedServer(project.directory, project.stack, project.port));
  // A five-digit port occurs nowhere else in the state.
  const state = await readFile(join(folder, stateFile), "utf8");
  const moved = join(".hosterizer", stateFile);
  await project.write(moved, state.replace(new RegExp(`\\b${port}\\b`, "g"), `${project.port}`));
  await pulumi(project, `stack import --file ${moved}`);
  await rm(join(project.directory, moved));
}

async function pulumi(project: Project, words: string): Promise<void> {
  const { code, output } = await project.shell(
    `node packages/cli/run.mjs pulumi ${words} --stack ${project.stack}`,
  );
  if (code !== 0) throw new Error(`pulumi ${words} exited with ${String(code)}:\n${output}`);
}
