import { escapeLiteral } from "pg";

import type { Finding } from "../../convergence/difference";
import { padsOf } from "./pads";
import type { FoundKeys } from "./readSigningKeys";
import { type SigningKeys, signingKeysTable } from "./signingKeys";

/** The kinds of drift of the keys that contexts are verified with. */
export const signingKeyKinds = [
  "signing keys missing",
  "signing key missing",
  "signing key added",
  "signing key changed",
] as const;

const createTable = `create table ${signingKeysTable} (
  id text constraint signing_keys_pkey primary key,
  inner_pad bytea not null,
  outer_pad bytea not null
)`;

const putKey = `insert into ${signingKeysTable} values ($1, pg_catalog.decode($2, 'hex'), pg_catalog.decode($3, 'hex'))
  on conflict (id) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad`;

const forged = "whoever has it can be anybody";

/**
 * Leaves exactly the declared keys. No finding tells anything of one but its id, and no statement: monitoring sees those of
 * every session.
 */
export function planSigningKeys(found: FoundKeys, { keys }: SigningKeys): Finding[] {
  const present = found ?? [];
  const table: Finding[] =
    found === null
      ? [
          {
            kind: "signing keys missing",
            object: `table ${signingKeysTable}`,
            expected: "a table",
            actual: null,
            repair: "automatic",
            reason: "without it no context is believed",
            sql: createTable,
          },
        ]
      : [];
  const declared = keys.flatMap(({ id, secret }): Finding[] => {
    const { inner, outer } = padsOf(secret);
    const its = present.find((key) => key.id === id);
    if (its?.inner === inner && its.outer === outer) return [];
    return [
      {
        kind: its === undefined ? "signing key missing" : "signing key changed",
        object: `signing key ${id}`,
        expected: "the declared key",
        actual: its === undefined ? null : "another one",
        repair: "automatic",
        ...(its === undefined ? {} : { reason: forged }),
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
      reason: forged,
      sql: `delete from ${signingKeysTable} where id = ${escapeLiteral(id)}`,
    }));
  return [...table, ...declared, ...added];
}
