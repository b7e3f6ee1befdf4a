import { readExternalSettings } from "../../stack/readInstanceSettings";
import { configurationEnvironment } from "./configurationEnvironment";

/** Whether the server of a stack is one that `up` starts. */
export function isOurs(stack: string): boolean {
  return readExternalSettings(stack, configurationEnvironment(stack)) === undefined;
}
