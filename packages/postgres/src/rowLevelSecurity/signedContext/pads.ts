/** Bytes of a block of SHA-256. */
const block = 64;

/**
 * The two pads of HMAC-SHA256, in hexadecimal: what the key becomes before it is hashed with a text, and with the result of
 * that. https://www.rfc-editor.org/rfc/rfc2104#section-2
 *
 * @throws Error for a secret that is longer than a block, which would have to be hashed itself
 */
export function padsOf(secret: string): { inner: string; outer: string } {
  const key = Buffer.from(secret, "utf8");
  if (key.length > block) throw new Error(`a secret of ${String(key.length)} bytes is too long`);
  const padded = Buffer.concat([key, Buffer.alloc(block - key.length)]);
  const pad = (byte: number) => Buffer.from(padded.map((own) => own ^ byte)).toString("hex");
  return { inner: pad(0x36), outer: pad(0x5c) };
}
