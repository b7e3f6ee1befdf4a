import { expect, test } from "vitest";

import {
  hideDeclarations,
  revealDeclarations,
} from "../../../../components/dynamic/storedProperties";

const declared = { connection: "secret", tenancy: { tables: [] }, security: {}, port: 5433 };

test("a provider knows hidden properties by their names", () => {
  const told = hideDeclarations(declared);

  expect(Object.keys(told)).toEqual(["connection", "__tenancy", "__security", "port"]);
  expect(revealDeclarations(told)).toEqual(declared);
});

test("also reads a state of an earlier version, which hides nothing", () => {
  expect(revealDeclarations(declared)).toEqual(declared);
  expect(hideDeclarations(hideDeclarations(declared))).toEqual(hideDeclarations(declared));
});
