import { expect, test } from "vitest";

import type { Migration } from "../../../src/migrations/migration";
import { resolvedByPending } from "../../../src/migrations/resolvedByPending";

const file = (sql: string) => ({ path: "m/000001_a.up.sql", sql, sha256: "", tokensSha256: "" });
const migration = (up: string): Migration => ({
  number: 1,
  name: "000001_a",
  up: file(up),
  down: file("-- resolves drift: table public.never\nselect 1"),
});

test("a pending migration names what it takes over, one a line, wherever the line stands", () => {
  const first = migration(
    '-- resolves drift: column public.sites.note\n-- Resolves Drift:  index public."A b" \nselect 1 -- resolves drift: table public.no\n',
  );
  const second = migration("select 1;\n-- resolves drift: column public.sites.more");
  expect(resolvedByPending([first, second])).toEqual(
    new Set(["column public.sites.note", 'index public."A b"', "column public.sites.more"]),
  );
});

test("a migration that says nothing resolves nothing", () => {
  expect(resolvedByPending([migration("-- drift\nselect 1")])).toEqual(new Set());
});
