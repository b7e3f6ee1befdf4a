import { expect, test } from "vitest";

import { type CountedLoss, lossFaults } from "../../../src/migrations/dataLoss";

const table: CountedLoss = { kind: "table", schema: "public", table: "sites", count: 2 };
const column: CountedLoss = { ...table, kind: "column", column: "note", count: 1 };

function messages(losses: CountedLoss[], acknowledged: Record<string, number>): string[] {
  const faults = lossFaults([{ name: "000003_c", losses }], acknowledged);
  return faults.map(({ message }) => message);
}

test("says where, what, how much, and how to acknowledge it", () => {
  expect(messages([table, column], {})).toEqual([
    `000003_c.down.sql: drops table public.sites with 2 rows, which is not acknowledged.
To accept this loss: pulumi config set --path 'hosterizer-database:acknowledgedLoss["public.sites"]' 2.`,
    `000003_c.down.sql: drops column public.sites.note with 1 value, which is not acknowledged.
To accept this loss: pulumi config set --path 'hosterizer-database:acknowledgedLoss["public.sites.note"]' 1.`,
  ]);
});

test("accepts only the exact count, for the named object", () => {
  expect(messages([table], { "public.sites": 2 })).toEqual([]);
  expect(messages([table], { "public.sites": 3 })).toHaveLength(1);
  expect(messages([table], { "public.sites.note": 2 })).toHaveLength(1);
  expect(messages([{ ...table, table: "constructor" }], {})).toHaveLength(1);
});

test("losing nothing needs no acknowledgement", () => {
  expect(messages([{ ...table, count: 0 }], {})).toEqual([]);
});
