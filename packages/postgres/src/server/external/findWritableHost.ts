import { type Connection, hostsOf, openClient, takesWrites } from "../../connection/connection";
import { explainUnreachable } from "./explainUnreachable";
import { ExternalServerFault } from "./externalServerFault";

/**
 * Finds the host that takes writes, as libpq does with target_session_attrs=read-write.
 *
 * @param key the name of a key of the configuration as the user writes it
 * @throws ExternalServerFault if there is none, with what each of them said
 */
export async function findWritableHost(
  connection: Connection,
  key: (name: string) => string,
): Promise<string> {
  const faults: ExternalServerFault[] = [];
  const hosts = hostsOf(connection);
  for (const host of hosts) {
    const fault = await ask({ ...connection, host }, key);
    if (fault === undefined) return host;
    faults.push(fault);
  }
  const [only] = faults;
  if (only !== undefined && faults.length === 1) throw only;
  const said = faults.map(({ fault }) => `- ${fault}`).join("\n");
  const remedies = new Set(faults.map(({ remedy }) => remedy));
  throw new ExternalServerFault(
    `None of the ${hosts.length} hosts takes writes:\n${said}`,
    [...remedies].join("\n"),
    { cause: new AggregateError(faults) },
  );
}

async function ask(
  connection: Connection,
  key: (name: string) => string,
): Promise<ExternalServerFault | undefined> {
  try {
    const client = await openClient(connection, "find host");
    try {
      return (await takesWrites(client)) ? undefined : readOnly(connection, key);
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    const fault = error instanceof Error ? explainUnreachable(error, connection, key) : undefined;
    if (fault === undefined) throw error;
    return fault;
  }
}

function readOnly({ host, port }: Connection, key: (name: string) => string): ExternalServerFault {
  return new ExternalServerFault(
    `The server at ${host}:${port} is read-only: a standby, or one with default_transaction_read_only.`,
    `Set ${key("host")} to the primary, or to all hosts with commas between them.`,
  );
}
