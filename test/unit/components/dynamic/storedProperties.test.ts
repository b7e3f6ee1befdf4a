import { expect, test } from "vitest";

import {
  hideDeclarations,
  revealDeclarations,
} from "../../../../components/dynamic/storedProperties";

const declared = { connection: "secret", tenancy: { tables: [] }, security: {}, port: 5433 };

test("a provider knows by their names what Pulumi is told not to show", () => {
  const told = hideDeclarations(declared);

  expect(Object.keys(told)).toEqual(["connection", "__tenancy", "__security", "port"]);
  expect(revealDeclarations(told)).toEqual(declared);
});

test("a state of an earlier version, which hides nothing, is read as well", () => {
  expect(revealDeclarations(declared)).toEqual(declared);
  expect(hideDeclarations(hideDeclarations(declared))).toEqual(hideDeclarations(declared));
});
