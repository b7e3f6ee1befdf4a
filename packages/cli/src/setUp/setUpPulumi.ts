import { join } from "node:path";

import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

import { findOnPath, folders } from "../folders";
import { pins } from "../pins";
import { runQuietly } from "../runProgram";
import { say } from "../terminal";
import { buildWithGo, faultOfGo } from "./buildWithGo";
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
    installerAnswers,
    faultOfGo,
  };
  const { source, passedOver } = await choosePulumi(machine, pins.pulumi);
  for (const reason of passedOver) say(reason);
  if (source === "path" && onPath !== undefined) return { program: onPath, source };
  if (source === "installer") return (await tryInstaller(machine)) ?? buildInstead(machine);
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

const installer = "https://get.pulumi.com/install.sh";

/** Whether Pulumi's installer answers. Takes three seconds at most. */
async function installerAnswers(): Promise<boolean> {
  try {
    const options = { method: "HEAD", signal: AbortSignal.timeout(3_000) };
    return (await fetch(installer, options)).ok;
  } catch {
    return false;
  }
}

async function tryInstaller({ override }: Machine): Promise<Pulumi | undefined> {
  try {
    return { program: await runInstaller(), source: "installer" };
  } catch (error) {
    if (override === "installer") throw error;
    say(`Pulumi's installer failed: ${(error as Error).message.trim()}`);
    return undefined;
  }
}

/** Runs Pulumi's official installer into the project's own folder. @returns path of `pulumi` */
async function runInstaller(): Promise<string> {
  say(`Installing Pulumi ${pins.pulumi} with its official installer …`);
  await withTimeLimit(
    PulumiCommand.install({ root: folders.toolchain, version: new SemVer(pins.pulumi) }),
  );
  return join(folders.toolchain, "bin", "pulumi");
}

/** A download that stalls must not block the user for ever; a build from Go modules may still work. */
async function withTimeLimit(installation: Promise<unknown>): Promise<void> {
  const limit = 10 * 60_000;
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it took more than ${limit / 60_000} minutes`));
    }, limit);
  });
  await Promise.race([installation, expiry]).finally(() => {
    clearTimeout(timer);
  });
}
