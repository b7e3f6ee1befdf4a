import { join } from "node:path";

import { findOnPath, folders } from "../folders";
import { pins } from "../pins";
import { runQuietly } from "../runProgram";
import { say } from "../terminal";
import { buildWithGo, faultOfGo } from "./buildWithGo";
import { downloadRelease, isOffered, pinnedRelease } from "./downloadPulumi";
import { choosePulumi, type Machine, type PulumiSource } from "./choosePulumi";

/** The program `pulumi`, and where it came from. */
export interface Pulumi {
  program: string;
  source: PulumiSource;
}

/** Chooses where Pulumi comes from, and gets it from there. */
export async function setUpPulumi(): Promise<Pulumi> {
  const onPath = findOnPath("pulumi");
  const machine: Machine = {
    override: process.env["HOSTERIZER_PULUMI"],
    versionOnPath: onPath === undefined ? undefined : await readVersion(onPath),
    offersRelease: () => (release === undefined ? Promise.resolve(false) : isOffered(release)),
    faultOfGo,
  };
  const { source, passedOver } = await choosePulumi(machine, pins.pulumi);
  for (const reason of passedOver) say(reason);
  if (source === "path" && onPath !== undefined) return { program: onPath, source };
  if (source === "download") return (await tryDownload(machine)) ?? buildInstead(machine);
  return { program: await buildWithGo(), source: "go" };
}

async function readVersion(program: string): Promise<string> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await runQuietly(program, ["version"], { env, timeout: 20_000 });
  return stdout.trim();
}

async function buildInstead(machine: Machine): Promise<Pulumi> {
  await choosePulumi({ ...machine, override: "go" }, pins.pulumi);
  return { program: await buildWithGo(), source: "go" };
}

const release = pinnedRelease();

async function tryDownload({ override }: Machine): Promise<Pulumi | undefined> {
  try {
    return { program: await download(), source: "download" };
  } catch (error) {
    if (override === "download") throw error;
    say(`Pulumi could not be downloaded: ${(error as Error).message.trim()}`);
    return undefined;
  }
}

/** Downloads Pulumi's release into the project's own folder. @returns path of `pulumi` */
async function download(): Promise<string> {
  if (release === undefined) throw new Error("there is no release for this machine");
  say(`Downloading Pulumi ${pins.pulumiRelease.version} …`);
  const bin = join(folders.toolchain, "bin");
  await downloadRelease(release, bin);
  return join(bin, "pulumi");
}
