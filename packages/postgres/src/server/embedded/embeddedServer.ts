import { serverAccount } from "./account";
import { serverBinaries } from "./binaries";
import { binariesOutside, serverPaths } from "./paths";
import type { EmbeddedServer } from "./server";
import { serverSettings } from "./serverSettings";

/** The embedded server of one stack of one clone, whether it exists yet or not. */
export async function embeddedServer(
  projectDirectory: string,
  stack: string,
  port: number,
): Promise<EmbeddedServer> {
  const account = serverAccount(projectDirectory);
  const paths = serverPaths(projectDirectory, stack, account);
  const outside = binariesOutside(projectDirectory);
  const binaries = await serverBinaries(projectDirectory, account, outside);
  return { paths, binaries, account, settings: serverSettings(port) };
}
