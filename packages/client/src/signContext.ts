import { createHmac } from "node:crypto";

/** A key that signs contexts; see docs/signed-context.md. */
export interface ContextKey {
  /** The name of the key in the database. */
  id: string;
  secret: string;
}

/** The content of a token. */
export interface SignedContext {
  userRole: string;
  /** Empty for an administrator. */
  customerId: string;
  /** A transaction that begins later sees no rows. */
  expires: Date;
}

/**
 * Reads `DB_CONTEXT_KEY`, as `npm run db -- env` prints it: an id and a secret, separated by a dot.
 *
 * @throws Error that does not quote the text, which is secret
 */
export function parseContextKey(text: string): ContextKey {
  const [, id, secret] = /^([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{32,64})$/.exec(text) ?? [];
  if (id === undefined || secret === undefined) {
    throw new Error("does not have the form id.secret");
  }
  return { id, secret };
}

/** Makes a token: the role, the customer, the expiry, the key's id, and the HMAC-SHA256 of these. */
export function signContext(
  { userRole, customerId, expires }: SignedContext,
  { id, secret }: ContextKey,
): string {
  const seconds = Math.ceil(expires.getTime() / 1000);
  const text = [userRole, customerId, seconds, id].join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("hex")}`;
}

/** Makes a signing function for a key in the form of `DB_CONTEXT_KEY`; undefined without a key. */
export function signer(key: string | undefined) {
  if (key === undefined) return undefined;
  const parsed = parseContextKey(key);
  return (context: SignedContext) => signContext(context, parsed);
}
