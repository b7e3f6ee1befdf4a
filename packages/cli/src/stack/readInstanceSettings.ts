import type { DeclarationError } from "@hosterizer/postgres/declarationError";
import { pins } from "../pins";
import { loadProgram, type Settings } from "../program";
import { asPulumiHandsIt, readConfiguration } from "./readConfiguration";

/** The settings of a stack with one kind of instance, or every fault in them. */
export type InstanceSettings<Kind extends Settings["instance"]> =
  | {
      settings: Extract<Settings, { instance: Kind }>;
      /** Keys, without the project's name, whose values stand in the configuration for all to read. */
      inPlainText: ReadonlySet<string>;
    }
  | { faults: DeclarationError[] };

/** What the configuration of a stack says about its server; undefined if that is of another kind. */
export function readInstanceSettings<Kind extends Settings["instance"]>(
  kind: Kind,
  stack: string,
  environment: NodeJS.ProcessEnv,
): InstanceSettings<Kind> | undefined {
  const prefix = `${pins.project}:`;
  const written = readConfiguration(stack, environment, kind);
  if (written?.[`${prefix}instance`] !== kind) return undefined;
  const read = loadProgram().readSettings(asPulumiHandsIt(written), stack);
  if ("faults" in read) return read;
  const settings = read.settings as Extract<Settings, { instance: Kind }>;
  const plain = Object.keys(written).filter((key) => typeof written[key] === "string");
  return { settings, inPlainText: new Set(plain.map((key) => key.slice(prefix.length))) };
}
