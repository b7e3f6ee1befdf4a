import { pins } from "../../pins";
import { readConfiguration } from "../../stack/configuration";
import { configurationEnvironment } from "./configurationEnvironment";

/** The configuration key of the last migration that is to be applied. */
export const targetKey = `${pins.project}:migrationTarget`;

/** Number of the last migration that a stack's configuration wants; null where it wants all. */
export function migrationTarget(stack: string): number | null {
  const written = readConfiguration(stack, configurationEnvironment(stack), targetKey)?.[targetKey];
  return written === undefined ? null : Number(written);
}
