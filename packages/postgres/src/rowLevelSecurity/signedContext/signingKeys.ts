/** Keeps what contexts are verified with: owned by the owner, and granted to nobody. */
export const signingKeysTable = "tenancy.signing_keys";

/** Everything that belongs to the table, as pg_identify_object names it, kind first. */
export const signingKeysObjects: readonly string[] = [
  `table ${signingKeysTable}`,
  ...["id", "inner_pad", "outer_pad"].map((column) => `table column ${signingKeysTable}.${column}`),
  `table constraint signing_keys_pkey on ${signingKeysTable}`,
];

/** A key that contexts are signed with. */
export interface SigningKey {
  id: string;
  secret: string;
}

/** The keys that tokens may be signed with, and who keeps them. */
export interface SigningKeys {
  owner: string;
  keys: readonly SigningKey[];
}
