import { createHmac } from "node:crypto";

/** What contexts are signed with; see docs/signed-context.md. */
export interface ContextKey {
  /** By which the database knows it. */
  id: string;
  secret: string;
}

/** What a token says. */
export interface SignedContext {
  userRole: string;
  /** Empty for an administrator. */
  customerId: string;
  /** When it is over: a transaction that begins later sees nothing. */
  expires: Date;
}

/**
 * Reads `DB_CONTEXT_KEY`, as `npm run db -- env` prints it: an id and a secret with a point between them.
 *
 * @throws Error without the text, which is a secret
 */
export function parseContextKey(text: string): ContextKey {
  const [, id, secret] = /^([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{32,64})$/.exec(text) ?? [];
  if (id === undefined || secret === undefined) {
    throw new Error("is not of the form id.secret");
  }
  return { id, secret };
}

/** A token: who, until when, signed with which key, and the HMAC-SHA256 of all that. */
export function signContext(
  { userRole, customerId, expires }: SignedContext,
  { id, secret }: ContextKey,
): string {
  const seconds = Math.ceil(expires.getTime() / 1000);
  const text = [userRole, customerId, seconds, id].join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("hex")}`;
}

/** Signs with a key as `parseContextKey` reads it; without one nothing is signed. */
export function signer(key: string | undefined) {
  if (key === undefined) return undefined;
  const parsed = parseContextKey(key);
  return (context: SignedContext) => signContext(context, parsed);
}
