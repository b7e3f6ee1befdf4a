import { DeclarationError } from "@hosterizer/postgres/userError";
import { pins } from "../pins";
import { loadProgram, type Settings } from "../program";
import { configurationName, stackName } from "./stackFiles";
import { asPulumiPassesIt, readConfiguration } from "./configuration";

/** The settings of a stack with one kind of instance, or every fault in them. */
type InstanceSettings<Kind extends Settings["instance"]> =
  | {
      settings: Extract<Settings, { instance: Kind }>;
      /** Keys, without the project's name, whose values are in the configuration in plain text. */
      inPlainText: ReadonlySet<string>;
    }
  | { faults: DeclarationError[] };

/** The settings of a stack whose server is a container, or every fault in them. */
export type DockerStack = InstanceSettings<"docker">;

/** What the configuration of a stack says about Docker; undefined if its server is another kind of instance. */
export function readDockerSettings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): DockerStack | undefined {
  return readInstanceSettings("docker", stack, environment);
}

/** What a configuration would mean for a stack in Docker that has no file yet; undefined if its server would be another kind of instance. */
export function dockerSettingsOf(
  stack: string,
  configuration: Readonly<Record<string, unknown>>,
): DockerStack | undefined {
  return judgeConfiguration("docker", stack, configuration);
}

/** The settings of a stack whose server exists already, or every fault in them. */
export type ExternalStack = InstanceSettings<"external">;

/** What the configuration of a stack says about an existing server; undefined if its server is another kind of instance. */
export function readExternalSettings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): ExternalStack | undefined {
  return readInstanceSettings("external", stack, environment);
}

function readInstanceSettings<Kind extends Settings["instance"]>(
  kind: Kind,
  stack: string,
  environment: NodeJS.ProcessEnv,
): InstanceSettings<Kind> | undefined {
  return judgeConfiguration(kind, stack, readConfiguration(stack, environment, kind));
}

function judgeConfiguration<Kind extends Settings["instance"]>(
  kind: Kind,
  stack: string,
  written: Readonly<Record<string, unknown>> | undefined,
): InstanceSettings<Kind> | undefined {
  const prefix = `${pins.project}:`;
  if (written?.[`${prefix}instance`] !== kind) return undefined;
  const read = loadProgram().readSettings(asPulumiPassesIt(written), stackName(stack));
  if ("faults" in read) return read;
  const exposed = exposedSecrets(written[`${prefix}backup`], stackName(stack));
  if (exposed.length > 0) return { faults: exposed };
  const settings = read.settings as Extract<Settings, { instance: Kind }>;
  const plain = Object.keys(written).filter((key) => typeof written[key] === "string");
  return { settings, inPlainText: new Set(plain.map((key) => key.slice(prefix.length))) };
}

/** The secrets of repositories that are written in plain text. @param backup as it is written in the file */
function exposedSecrets(backup: unknown, stack: string): DeclarationError[] {
  const { repositories = [] } = (backup ?? {}) as { repositories?: { secretKey?: unknown }[] };
  return repositories.flatMap(({ secretKey }, index) => {
    if (typeof secretKey !== "string") return [];
    const key = `${pins.project}:backup.repositories[${index}].secretKey`;
    return [
      new DeclarationError(
        `${key} in ${configurationName(stack)}`,
        "the secret key is in plain text",
        `Make another one, then: pulumi config set --stack ${stack} --secret --path '${key}'`,
      ),
    ];
  });
}
