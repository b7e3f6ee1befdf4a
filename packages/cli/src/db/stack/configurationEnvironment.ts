import { readBackend } from "../../stack/backend";
import { stackFiles } from "../../stack/stackFiles";

/** What says where the configuration of a stack is: in the project folder, or where Pulumi itself would look. */
export function configurationEnvironment(stack: string): NodeJS.ProcessEnv {
  if (readBackend(stack).kind !== "project") return {};
  return { PULUMI_OPTION_CONFIG_FILE: stackFiles(stack).merged };
}
