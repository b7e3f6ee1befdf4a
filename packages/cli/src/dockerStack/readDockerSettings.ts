import { type InstanceSettings, readInstanceSettings } from "../stack/readInstanceSettings";

/** The settings of a stack whose server is a container, or every fault in them. */
export type DockerStack = InstanceSettings<"docker">;

/** What the configuration of a stack says about Docker; undefined if its server is another kind of instance. */
export function readDockerSettings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): DockerStack | undefined {
  return readInstanceSettings("docker", stack, environment);
}
