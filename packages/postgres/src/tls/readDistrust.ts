import { once } from "node:events";
import { connect, isIP } from "node:net";
import { connect as startTls } from "node:tls";

import type { Connection } from "../connection/connection";
import { sslRequest } from "../connection/sslRequest";
import { readAuthorityFile } from "./readAuthorityFile";
import { type TlsRefusal, tlsRefusals } from "./tlsRefusals";

/**
 * Why clients that verify would not trust the server that answers there: it is asked for its certificate, and nothing else.
 *
 * @param patience milliseconds for all of it
 * @returns undefined if they would, or if there is none that could be judged
 * @throws AuthorityFileError if `sslrootcert` can't be used
 */
export async function readDistrust(
  { host, port, sslmode = "disable", sslrootcert }: Omit<Connection, "database" | "user">,
  patience: number = 2_000,
): Promise<TlsRefusal | undefined> {
  if (sslmode !== "verify-full" && sslmode !== "verify-ca") return undefined;
  const trusted = sslrootcert === undefined ? {} : { ca: readAuthorityFile(sslrootcert) };
  const names = isIP(host) === 0 ? { host, servername: host } : { host };
  const anyHost = sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {};

  const socket = connect({ host, port });
  const signal = AbortSignal.timeout(patience);
  try {
    await once(socket, "connect", { signal });
    socket.write(sslRequest);
    const [answer] = (await once(socket, "data", { signal })) as [Buffer];
    if (answer.toString("latin1") !== "S") return undefined;
    const session = startTls({ socket, ...names, ...trusted, ...anyHost });
    await once(session, "secureConnect", { signal });
    session.destroy();
    return undefined;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return tlsRefusals.get(code);
  } finally {
    // Destroyed while it connects, it has one more error to tell.
    socket.on("error", () => undefined).destroy();
  }
}
