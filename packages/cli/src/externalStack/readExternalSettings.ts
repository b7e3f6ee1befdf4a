import { type InstanceSettings, readInstanceSettings } from "../stack/readInstanceSettings";

/** The settings of a stack whose server exists already, or every fault in them. */
export type ExternalStack = InstanceSettings<"external">;

/** What the configuration of a stack says about an existing server; undefined if its server is another kind of instance. */
export function readExternalSettings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): ExternalStack | undefined {
  return readInstanceSettings("external", stack, environment);
}
