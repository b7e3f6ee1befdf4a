import { expect, test } from "vitest";

import { readDownEffects, describeEffect } from "../../../src/migrations/downEffects";

async function words(sql: string): Promise<string[]> {
  return (await readDownEffects(sql)).map((effect) => describeEffect(effect, 7));
}

test.each([
  ["drop table public.sites", ["drops table public.sites with 7 rows"]],
  ["drop table sites cascade", ["drops table public.sites with 7 rows"]],
  [
    'drop table if exists a.one, "b"."Two"',
    ["drops table a.one with 7 rows", "drops table b.Two with 7 rows"],
  ],
  [
    "alter table public.sites drop column note, drop old, alter region drop not null",
    [
      "drops column public.sites.note with 7 values",
      "drops column public.sites.old with 7 values",
      "alters table public.sites",
    ],
  ],
  [
    "truncate public.sites, users",
    ["empties table public.sites of 7 rows", "empties table public.users of 7 rows"],
  ],
  ["delete from public.sites where id = 1", ["deletes 7 rows of table public.sites"]],
  [
    "drop index public.sites_idx;\ndrop view\n  public.live",
    ["drops index public.sites_idx", "drops view public.live"],
  ],
  ["do $$ begin null; end $$", ["runs do $$ begin null; end $$"]],
  [
    `comment on table public.sites is '${"x".repeat(200)}'`,
    [expect.stringMatching(/^runs comment on .{50,70}…$/)],
  ],
  ["alter index public.a rename to b", ["runs alter index public.a rename to b"]],
  ["-- nothing to undo", []],
  ["drop tabel x", ["runs SQL that cannot be read beforehand"]],
])("%s", async (sql, expected) => {
  expect(await words(sql)).toEqual(expected);
});

test("one row is one row, and uncounted rows have no number", async () => {
  const [effect] = await readDownEffects("drop table sites");
  if (effect === undefined) throw new Error("no effect");
  expect(describeEffect(effect, 1)).toBe("drops table public.sites with 1 row");
  expect(describeEffect(effect)).toBe("drops table public.sites with rows");
});
