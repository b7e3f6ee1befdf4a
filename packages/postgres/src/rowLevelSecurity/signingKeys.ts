import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { tableExists } from "../migrations/ledger";

/** Holds the keys that tokens are verified with. The owner owns it, and no role has a privilege on it. */
export const signingKeysTable = "tenancy.signing_keys";

/** The table and everything that belongs to it, as pg_identify_object names them, kind first. */
export const signingKeysObjects: readonly string[] = [
  `table ${signingKeysTable}`,
  ...["id", "inner_pad", "outer_pad"].map((column) => `table column ${signingKeysTable}.${column}`),
  `table constraint signing_keys_pkey on ${signingKeysTable}`,
];

/** A key that an application signs tokens with. */
interface SigningKey {
  id: string;
  /** At most 64 bytes of UTF-8. */
  secret: string;
}

/** The keys that tokens may be signed with. */
export interface SigningKeys {
  /** Role that owns their table. */
  owner: string;
  keys: readonly SigningKey[];
}

/** The keys in the database, each as its pads in hexadecimal; null: the table is missing. */
type LiveKeys = readonly { id: string; inner: string; outer: string }[] | null;

/** How the keys in the live database differ from the declared ones. Changes nothing. */
export function readSigningKeyDrift(
  connection: Connection,
  wanted: SigningKeys,
): Promise<Finding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, async (client) =>
      planSigningKeys(await readSigningKeys(client), wanted),
    ),
  );
}

/** Leaves exactly the declared keys in the table, in one transaction. */
export async function applySigningKeys(connection: Connection, wanted: SigningKeys): Promise<void> {
  await converge(connection, { purpose: "signing-keys", owner: wanted.owner }, async (client) => {
    const findings = planSigningKeys(await readSigningKeys(client), wanted);
    return findings.length === 0 ? [] : [...findings, analyze];
  });
}

/**
 * Without statistics the planner assumes hundreds of rows and uses the index in every verification; autovacuum never analyzes
 * so small a table.
 */
const analyze = { sql: `analyze ${signingKeysTable}` };

/** Drops the keys with their table. By then no function may verify tokens. */
export async function removeSigningKeys(connection: Connection, owner: string): Promise<void> {
  await converge(connection, { purpose: "signing-keys", owner }, () =>
    Promise.resolve([{ sql: `drop table if exists ${signingKeysTable}` }]),
  );
}

/**
 * Deletes every key, also from the table's file. The next update creates the keys of the stack that the database belongs to.
 *
 * @param connection of a member of the owner, to a server that no one else can reach
 */
export async function eraseSigningKeys(connection: Connection, owner: string): Promise<void> {
  await withClient(connection, "signing-keys", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    if (!(await tableExists(client, signingKeysTable))) return;
    await client.query(`delete from ${signingKeysTable}`);
    await client.query(`vacuum full ${signingKeysTable}`);
  });
}

/** Whether there is a key to verify tokens with. The session is the owner. */
export async function hasSigningKeys(client: Client): Promise<boolean> {
  return Boolean((await readSigningKeys(client))?.length);
}

async function readSigningKeys(client: Client): Promise<LiveKeys> {
  if (!(await tableExists(client, signingKeysTable))) return null;
  const { rows } = await client.query<{ id: string; inner: string; outer: string }>(
    `select id, pg_catalog.encode(inner_pad, 'hex') as inner, pg_catalog.encode(outer_pad, 'hex') as outer
       from ${signingKeysTable}
      order by id`,
  );
  return rows;
}

const createTable = `create table ${signingKeysTable} (
  id text constraint signing_keys_pkey primary key,
  inner_pad bytea not null,
  outer_pad bytea not null
)`;

const putKey = `insert into ${signingKeysTable} values ($1, pg_catalog.decode($2, 'hex'), pg_catalog.decode($3, 'hex'))
  on conflict (id) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad`;

const forgeable = "anyone who knows its secret can sign any context";

/**
 * The steps that leave exactly the declared keys. Findings and statements contain only the id of a key: monitoring shows the
 * statements of every session.
 */
export function planSigningKeys(live: LiveKeys, { keys }: SigningKeys): Finding[] {
  const present = live ?? [];
  const declared = keys.flatMap(({ id, secret }): Finding[] => {
    const { inner, outer } = padsOf(secret);
    const found = present.find((key) => key.id === id);
    if (found?.inner === inner && found.outer === outer) return [];
    return [
      {
        kind: found === undefined ? "signing key missing" : "signing key changed",
        object: `signing key ${id}`,
        expected: "the declared key",
        actual: found === undefined ? null : "another one",
        repair: "automatic",
        ...(found === undefined ? {} : { reason: forgeable }),
        sql: putKey,
        values: [id, inner, outer],
      },
    ];
  });
  const added = present
    .filter(({ id }) => !keys.some((key) => key.id === id))
    .map(({ id }): Finding => ({
      kind: "signing key added",
      object: `signing key ${id}`,
      expected: null,
      actual: "a key",
      repair: "automatic",
      reason: forgeable,
      sql: `delete from ${signingKeysTable} where id = ${escapeLiteral(id)}`,
    }));
  return [...(live === null ? [missingTable] : []), ...declared, ...added];
}

const missingTable: Finding = {
  kind: "signing keys missing",
  object: `table ${signingKeysTable}`,
  expected: "a table",
  actual: null,
  repair: "automatic",
  reason: "without it no token can be verified",
  sql: createTable,
};

/** Bytes of a block of SHA-256. */
const block = 64;

/**
 * The two pads of HMAC-SHA256, in hexadecimal: the key as it is hashed with the text, and with the digest of that.
 * https://www.rfc-editor.org/rfc/rfc2104#section-2
 *
 * @throws Error for a secret longer than a block, which would have to be hashed first
 */
export function padsOf(secret: string): { inner: string; outer: string } {
  const key = Buffer.from(secret, "utf8");
  if (key.length > block) throw new Error(`a secret of ${String(key.length)} bytes is too long`);
  const padded = Buffer.concat([key, Buffer.alloc(block - key.length)]);
  const pad = (byte: number) => Buffer.from(padded.map((own) => own ^ byte)).toString("hex");
  return { inner: pad(0x36), outer: pad(0x5c) };
}
