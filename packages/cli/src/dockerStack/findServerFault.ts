import { resolve } from "node:path";

import { probeServerCertificate } from "@hosterizer/postgres/connection/probeServer";
import type { TlsRefusal } from "@hosterizer/postgres/connection/connectionFailure";
import { folders } from "../folders";
import { awaitServer } from "./awaitServer";
import type { ServerAddress } from "./serverAddress";

/** What a new certificate helps against. The clock of a machine is its owner's to set. */
const faults: Readonly<Record<TlsRefusal, string | undefined>> = {
  expired: "that has expired",
  "not valid yet": undefined,
  "other host": "that is made out to another host",
  "other purpose": "that is not for servers",
  "authority unknown": "of another authority",
};

/**
 * Why the refresh that Pulumi begins with would fail at a server, where bringing its instance up helps. A server that is just
 * starting is waited for.
 *
 * @param container in which it runs
 * @returns what the server does: `does not answer at …`; undefined if it can be asked
 */
export async function findServerFault(
  address: ServerAddress,
  container: string | undefined,
): Promise<string | undefined> {
  const { host, port, sslrootcert } = address;
  if (!(await awaitServer(address, container))) return `does not answer at ${host}:${port}`;
  const authority =
    sslrootcert === undefined ? {} : { sslrootcert: resolve(folders.project, sslrootcert) };
  const distrust = await probeServerCertificate({ ...address, ...authority });
  const fault = distrust === undefined ? undefined : faults[distrust];
  return fault === undefined ? undefined : `shows a certificate ${fault}, at ${host}:${port}`;
}
