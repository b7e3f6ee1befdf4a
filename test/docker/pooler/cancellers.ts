import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import postgres from "postgres";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { type CancelKey, type CancelManner, sendCancel } from "./sendCancel";
import { verifyHost } from "./verifyHost";

type PooledConnection = Connection & { password: string };

/** Runs one query of `milliseconds` and cancels it after `delay`. @returns its SQLSTATE; undefined: it succeeded */
type Canceller = (milliseconds: number, delay: number) => Promise<string | undefined>;

/** A named way to cancel, with the connections that it keeps open. */
export interface OpenCanceller {
  name: string;
  cancel: Canceller;
  close: () => Promise<void>;
}

const canceled = "57014";

/** node-postgres, whose own `cancel` asks in plain text. */
export async function nodePostgres(connection: PooledConnection): Promise<OpenCanceller> {
  const client = await open(connection);
  const cancel: Canceller = async (milliseconds, delay) => {
    // A late request of an earlier round cancels this query; the listener must exist from the start to notice.
    const how = outcome(client.query(sleepFor(milliseconds)));
    await sleep(delay);
    const canceller = new pg.Client(clientAddress(connection)) as unknown as NodeCanceller;
    canceller.connection.on("error", () => undefined);
    canceller.connection.connect(connection.port, connection.host);
    canceller.connection.on("connect", () => {
      canceller.connection.cancel(client.processID, client.secretKey);
    });
    return how;
  };
  return { name: "node-postgres", cancel, close: () => client.end() };
}

/** A session of node-postgres, with a cancel request sent by the tests in the manner of another driver. */
export async function protocol(
  connection: PooledConnection,
  manner: CancelManner,
): Promise<OpenCanceller> {
  const client = await open(connection);
  const { host, port, sslrootcert = "" } = connection;
  const address = { host, port, ca: readFileSync(sslrootcert, "utf8") };
  const cancel: Canceller = async (milliseconds, delay) => {
    const query = outcome(client.query(sleepFor(milliseconds)));
    await sleep(delay);
    const [how] = await Promise.all([query, sendCancel(address, client, manner)]);
    return how;
  };
  return {
    name: `a client that cancels ${manner.tls ? "over TLS" : "in plain text"} and ${manner.then}`,
    cancel,
    close: () => client.end(),
  };
}

/** postgres.js, which asks over TLS. */
export function postgresJs(connection: PooledConnection): OpenCanceller {
  const { host, port, database, user, password } = connection;
  const ssl = verifyHost(connection);
  const sql = postgres({ host, port, database, user, password, ssl, max: 1, prepare: false });
  const cancel: Canceller = async (milliseconds, delay) => {
    const query = sql`select pg_catalog.pg_sleep(${milliseconds / 1_000})`;
    const how = outcome(query.execute());
    await sleep(delay);
    query.cancel();
    return how;
  };
  return { name: "postgres.js", cancel, close: () => sql.end({ timeout: 5 }) };
}

/** psql, interrupted as by Ctrl-C: later than others, since it has to send its query first. */
export function psql({ password, ...connection }: PooledConnection): OpenCanceller {
  const { host, port, database, user, sslrootcert = "" } = connection;
  const address = `host=${host} port=${port} dbname=${database} user=${user} sslmode=verify-full sslrootcert=${sslrootcert}`;
  const cancel: Canceller = async (milliseconds, delay) => {
    const script = `\\set VERBOSITY sqlstate\nselect 'begins';\n${sleepFor(milliseconds + 5_000)};\n`;
    const child = spawn("psql", ["--no-psqlrc", "--tuples-only", address], {
      env: { ...process.env, PGPASSWORD: password },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const begun = once(child.stdout, "data");
    child.stdin.end(script);
    await Promise.race([begun, ended]);
    await sleep(delay + 300);
    child.kill("SIGINT");
    await ended;
    const rest = said.replace("Cancel request sent\n", "");
    return /ERROR: {2}(\w{5})/.exec(rest)?.[1] ?? (rest === "" ? undefined : rest);
  };
  return { name: "psql", cancel, close: () => Promise.resolve() };
}

async function open(connection: Connection): Promise<pg.Client & CancelKey> {
  const client = new pg.Client(clientAddress(connection)) as pg.Client & CancelKey;
  // A connection that breaks between two queries is reported by the next one.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const sleepFor = (milliseconds: number) => `select pg_catalog.pg_sleep(${milliseconds / 1_000})`;

async function outcome(query: Promise<unknown>): Promise<string | undefined> {
  try {
    await query;
    return undefined;
  } catch (error) {
    const { code, message } = error as pg.DatabaseError;
    return code ?? message;
  }
}

/** The interface of node-postgres for this, which its types omit. */
interface NodeCanceller {
  connection: {
    on(event: "connect" | "error", listener: () => void): void;
    connect(port: number, host: string): void;
    cancel(processID: number, secretKey: number): void;
  };
}

/** Whether a query was cancelled or had ended before. */
export function isExpected(how: string): boolean {
  return how === "ended" || how === canceled;
}
