import {
  type DeployAddress,
  deployConnection,
} from "@hosterizer/postgres/server/external/deployAccess";
import {
  ExternalServerFault,
  findWritableHost,
} from "@hosterizer/postgres/server/external/findWritableHost";
import { CommandError } from "../commandError";

/**
 * The host of an existing server that takes writes, and lets the deploy role in with this password.
 *
 * @param key the name of a key of the configuration as the user writes it
 * @throws CommandError if there is none
 */
export async function reachWritableHost(
  address: DeployAddress,
  password: string | undefined,
  key: (name: string) => string,
): Promise<string> {
  const login = password === undefined ? {} : { password };
  try {
    return await findWritableHost({ ...deployConnection(address), ...login }, key);
  } catch (error) {
    if (!(error instanceof ExternalServerFault)) throw error;
    throw new CommandError(error.fault, error.remedy, { cause: error });
  }
}
