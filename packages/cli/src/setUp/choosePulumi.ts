import semver from "semver";

import { UserError } from "@hosterizer/postgres/userError";

/** Where the program `pulumi` comes from. */
export type PulumiSource = "path" | "download" | "go";

/** What this machine offers. The functions are called only if what is known before does not decide. */
export interface Machine {
  /** HOSTERIZER_PULUMI, which overrides the choice. */
  override: string | undefined;
  /** What `pulumi version` on the PATH prints; undefined without one. */
  versionOnPath: string | undefined;
  /** Whether Pulumi's release for this machine can be reached. */
  offersRelease: () => Promise<boolean>;
  /** Why Go cannot build Pulumi here; undefined if it can. */
  faultOfGo: () => Promise<string | undefined>;
}

export interface Choice {
  source: PulumiSource;
  /** The sources that were passed over and why, a line each. */
  passedOver: readonly string[];
}

const sources: readonly string[] = ["path", "download", "go"] satisfies PulumiSource[];

/**
 * Chooses the source of Pulumi: the PATH, else the official release, else a build from Go modules.
 *
 * @param minimum oldest version that works
 * @throws UserError that says what to install
 */
export async function choosePulumi(machine: Machine, minimum: string): Promise<Choice> {
  const { override } = machine;
  if (override !== undefined && !sources.includes(override)) {
    throw new UserError(
      `HOSTERIZER_PULUMI: "${override}" is not a source of Pulumi.`,
      `Set it to one of ${sources.join(", ")}, or unset it.`,
    );
  }
  const passedOver: string[] = [];
  const allows = (source: PulumiSource) => override === undefined || override === source;
  if (allows("path")) {
    const fault = faultOfVersion(machine.versionOnPath, minimum);
    if (fault === undefined) return { source: "path", passedOver };
    passedOver.push(fault);
  }
  if (allows("download")) {
    if (await machine.offersRelease()) return { source: "download", passedOver };
    passedOver.push("Pulumi's release (https://get.pulumi.com) cannot be reached.");
  }
  if (allows("go")) {
    const fault = await machine.faultOfGo();
    if (fault === undefined) return { source: "go", passedOver };
    passedOver.push(fault);
  }
  throw new UserError(
    `Pulumi could not be installed on this machine:\n${passedOver.map((line) => `- ${line}`).join("\n")}`,
    `Install Pulumi ${minimum} or later (https://www.pulumi.com/docs/install/), or Go (https://go.dev/dl/) to build it.`,
  );
}

function faultOfVersion(version: string | undefined, minimum: string): string | undefined {
  if (version === undefined) return "Pulumi is not on the PATH.";
  // Only the three numbers count: 3.260.0-alpha.1 is as good as 3.260.0.
  const numbers = semver.coerce(version);
  if (numbers !== null && semver.gte(numbers, minimum)) return undefined;
  return `The pulumi on the PATH is too old: ${version}, and ${minimum} is needed.`;
}
