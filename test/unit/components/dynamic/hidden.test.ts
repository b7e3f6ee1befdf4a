import { expect, test } from "vitest";

import { hideDeclarations, readDeclarations } from "../../../../components/dynamic/hidden";

const declared = { connection: "secret", tenancy: { tables: [] }, security: {}, port: 5433 };

test("a provider knows by their names what Pulumi is told not to show", () => {
  const told = hideDeclarations(declared);

  expect(Object.keys(told)).toEqual(["connection", "__tenancy", "__security", "port"]);
  expect(readDeclarations(told)).toEqual(declared);
});

test("a state of an earlier version, which hides nothing, is read as well", () => {
  expect(readDeclarations(declared)).toEqual(declared);
  expect(hideDeclarations(hideDeclarations(declared))).toEqual(hideDeclarations(declared));
});
