import { expect, test } from "vitest";

import { editTarget } from "../../../../src/db/stack/schemaVersion";

const text = `# The team's own words.
config:
  hosterizer-database:instance: embedded # on a laptop
  hosterizer-database:acknowledgedLoss:
    public.users: 1
`;

test("sets the target and the acknowledged losses, and nothing else", () => {
  const edited = editTarget(text, 5, { "public.sites": 12 });
  expect(edited).toBe(`${text}    public.sites: 12\n  hosterizer-database:migrationTarget: 5\n`);
});

test("without a target, all migrations apply", () => {
  expect(editTarget(editTarget(text, 5, {}), undefined, {})).toBe(text);
});

test("a file without any configuration gets one", () => {
  expect(editTarget("", 0, {})).toBe("config:\n  hosterizer-database:migrationTarget: 0\n");
});
