import {
  addressChanged,
  type DeployAddress,
} from "@hosterizer/postgres/server/external/deployAccess";
import { readResources } from "../readResources";

/** Whether the state of a stack has another way to its server than the settings have by now. */
export async function connectionChanged(
  stack: string,
  address: DeployAddress,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const resources = await readResources(stack, environment);
  return resources.some(
    ({ type, inputs = {} }) =>
      type === "pulumi:providers:postgresql" && addressChanged(inputs, address),
  );
}
