/** What a client sends first to a server of PostgreSQL that it wants to speak TLS with; `S` is the answer of one that does. */
export const sslRequest: Uint8Array = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);
