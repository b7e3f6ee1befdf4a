import { pins } from "../pins";
import { say } from "../say";
import { buildWithGo } from "./buildWithGo";
import { choosePulumi, type Machine, type PulumiSource } from "./choosePulumi";
import { faultOfGo } from "./faultOfGo";
import { findOnPath } from "./findOnPath";
import { installerAnswers, installOfficial } from "./installOfficial";
import { runQuietly } from "./runQuietly";

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
    installerAnswers,
    faultOfGo,
  };
  const { source, passedOver } = await choosePulumi(machine, pins.pulumi);
  for (const reason of passedOver) say(reason);
  if (source === "path" && onPath !== undefined) return { program: onPath, source };
  if (source === "installer") return (await tryInstaller(machine)) ?? buildInstead(machine);
  return { program: await buildWithGo(), source: "go" };
}

async function tryInstaller({ override }: Machine): Promise<Pulumi | undefined> {
  try {
    return { program: await installOfficial(), source: "installer" };
  } catch (error) {
    if (override === "installer") throw error;
    say(`Pulumi's installer failed: ${(error as Error).message.trim()}`);
    return undefined;
  }
}

async function buildInstead(machine: Machine): Promise<Pulumi> {
  await choosePulumi({ ...machine, override: "go" }, pins.pulumi);
  return { program: await buildWithGo(), source: "go" };
}

async function readVersion(program: string): Promise<string> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await runQuietly(program, ["version"], { env, timeout: 20_000 });
  return stdout.trim();
}
