import { type Client, DatabaseError } from "pg";

import { type Connection, openClient } from "./connection";

/** How long a session waits for its next user before it is closed, in milliseconds. */
const idleLimit = 5_000;

interface Session {
  client: Promise<Client>;
  /** Ends when everyone who has asked so far is done. */
  turn: Promise<unknown>;
  users: number;
  lost: boolean;
  close?: NodeJS.Timeout;
}

const sessions = new Map<string, Session>();

/**
 * Hands `run` a session of this process that others use too, one after the other: a preview that looks at ten things
 * opens one connection.
 *
 * For reading alone, and for short: whoever comes next waits. Leave no setting and no transaction behind. A session that
 * was lost while nobody used it, as by a restart of the server, is replaced, and `run` called again.
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
  const mine = session.turn.then(async () => run(await session.client));
  session.turn = mine.catch(() => undefined);
  try {
    return await mine;
  } catch (error) {
    if (present === undefined || !(session.lost || isLoss(error))) throw error;
    forget(key, session);
    return await withSession(connection, run);
  } finally {
    session.users--;
    if (session.users === 0) {
      // The process may end before that; the server notices.
      session.close = setTimeout(() => {
        forget(key, session);
      }, idleLimit).unref();
    }
  }
}

/** The same for the same login, in whatever order it was written down. */
function keyOf(connection: Connection): string {
  const parts = Object.entries(connection).filter(([, value]) => value !== undefined);
  return JSON.stringify(parts.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function open(key: string, connection: Connection): Session {
  const client = openClient(connection, "inspect");
  const session: Session = { client, turn: Promise.resolve(), users: 0, lost: false };
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
