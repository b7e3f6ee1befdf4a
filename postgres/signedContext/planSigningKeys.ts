import { escapeLiteral } from "pg";

import type { Finding } from "../drift/difference";
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

/** Leaves exactly the declared keys. No finding tells anything of one but its id. */
export function planSigningKeys(found: FoundKeys, { keys }: SigningKeys): Finding[] {
  const insert = ({ id, secret }: SigningKeys["keys"][number]) => {
    const { inner, outer } = padsOf(secret);
    return `insert into ${signingKeysTable} values (${escapeLiteral(id)}, '\\x${inner}', '\\x${outer}')`;
  };
  const remove = (id: string) => `delete from ${signingKeysTable} where id = ${escapeLiteral(id)}`;
  if (found === null) {
    const create = `create table ${signingKeysTable} (
      id text constraint signing_keys_pkey primary key,
      inner_pad bytea not null,
      outer_pad bytea not null
    )`;
    return [
      {
        kind: "signing keys missing",
        object: `table ${signingKeysTable}`,
        expected: `${String(keys.length)} keys`,
        actual: null,
        repair: "automatic",
        reason: "without it no context is believed",
        sql: [create, ...keys.map(insert)].join(";\n"),
      },
    ];
  }
  const present = new Map(found.map((key) => [key.id, key]));
  const object = (id: string) => `signing key ${id}`;
  const missing = keys.flatMap((key): Finding[] => {
    const { inner, outer } = padsOf(key.secret);
    const its = present.get(key.id);
    if (its?.inner === inner && its.outer === outer) return [];
    const finding = {
      object: object(key.id),
      expected: "the declared key",
      repair: "automatic",
    } as const;
    return its === undefined
      ? [{ ...finding, kind: "signing key missing", actual: null, sql: insert(key) }]
      : [
          {
            ...finding,
            kind: "signing key changed",
            actual: "another one",
            reason: "whoever has it can be anybody",
            sql: `${remove(key.id)};\n${insert(key)}`,
          },
        ];
  });
  const added = found
    .filter(({ id }) => !keys.some((key) => key.id === id))
    .map(({ id }): Finding => ({
      kind: "signing key added",
      object: object(id),
      expected: null,
      actual: "a key",
      repair: "automatic",
      reason: "whoever has it can be anybody",
      sql: remove(id),
    }));
  return [...missing, ...added];
}
