import { type Client, DatabaseError } from "pg";

import { type Connection, openClient } from "./connection";

/** How long an unused session is kept, in milliseconds. */
const idleTimeoutMs = 5_000;

interface Session {
  client: Promise<Client>;
  /** Settles when every caller so far is done. */
  queue: Promise<unknown>;
  users: number;
  lost: boolean;
  close?: NodeJS.Timeout;
}

const sessions = new Map<string, Session>();

/**
 * Passes `run` a session that this process shares: a preview that inspects ten things opens one connection. Callers take
 * turns.
 *
 * Only for reading, and briefly: the next caller waits. Leave no setting and no transaction behind. A session that was
 * lost while it was idle, as by a restart of the server, is replaced, and `run` is called again.
 *
 * @throws node-postgres' errors as they are.
 */
export async function withSession<T>(
  connection: Connection,
  run: (client: Client) => Promise<T>,
): Promise<T> {
  const key = keyOf(connection);
  const present = sessions.get(key);
  const session = present ?? open(key, connection);
  clearTimeout(session.close);
  session.users++;
  const turn = session.queue.then(async () => run(await session.client));
  session.queue = turn.catch(() => undefined);
  try {
    return await turn;
  } catch (error) {
    if (present === undefined || !(session.lost || isLoss(error))) throw error;
    forget(key, session);
    return await withSession(connection, run);
  } finally {
    session.users--;
    if (session.users === 0) {
      // The process may end before this; the server then notices.
      session.close = setTimeout(() => {
        forget(key, session);
      }, idleTimeoutMs).unref();
    }
  }
}

/** The same for the same login, regardless of the order of its fields. */
function keyOf(connection: Connection): string {
  const parts = Object.entries(connection).filter(([, value]) => value !== undefined);
  return JSON.stringify(parts.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function open(key: string, connection: Connection): Session {
  const client = openClient(connection, "inspect");
  const session: Session = { client, queue: Promise.resolve(), users: 0, lost: false };
  sessions.set(key, session);
  const lose = () => {
    session.lost = true;
    if (sessions.get(key) === session) sessions.delete(key);
  };
  client.then((opened) => opened.once("error", lose).once("end", lose), lose);
  return session;
}

function forget(key: string, session: Session): void {
  if (sessions.get(key) === session) sessions.delete(key);
  session.client.then((client) => client.end()).catch(() => undefined);
}

/** Class 57P: the session was ended from outside, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
function isLoss(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith("57P") === true;
}
