import { join } from "node:path";

import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";

import { folders } from "../folders";
import { pins } from "../pins";
import { say } from "../say";

const installer = "https://get.pulumi.com/install.sh";

/** Whether Pulumi's installer answers. Takes three seconds at most. */
export async function installerAnswers(): Promise<boolean> {
  try {
    const options = { method: "HEAD", signal: AbortSignal.timeout(3_000) };
    return (await fetch(installer, options)).ok;
  } catch {
    return false;
  }
}

/**
 * Runs Pulumi's official installer, into the project's own folder.
 *
 * @returns path of `pulumi`
 */
export async function installOfficial(): Promise<string> {
  say(`Installing Pulumi ${pins.pulumi} with its official installer …`);
  await withTimeLimit(
    PulumiCommand.install({ root: folders.toolchain, version: new SemVer(pins.pulumi) }),
  );
  return join(folders.toolchain, "bin", "pulumi");
}

/** A download that stalls must not hold the user up for ever; a build from Go modules may still work. */
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
