import { afterEach, expect, test } from "vitest";

import { DeclarationError, DeclarationErrors } from "@hosterizer/postgres/userError";
import { noteOpenings, refuseAfterLockdown } from "../../../../components/dynamic/refusalOrder";

const refusal = new DeclarationErrors([new DeclarationError("here", "no\ndrill", "Run one")]);
const refuse = (error: Error) => refuseAfterLockdown(() => Promise.reject(error));

afterEach(() => {
  noteOpenings([]);
});

test("a preview refuses where the update closes nothing first", async () => {
  await expect(refuse(refusal)).rejects.toBe(refusal);
  noteOpenings([]);
  await expect(refuse(refusal)).rejects.toBe(refusal);
});

test("a preview tells in a line what an update refuses that closes something first", async () => {
  noteOpenings(["a table without row-level security"]);
  expect(await refuse(refusal)).toEqual([expect.stringMatching(/^refused: here: no drill\b.*$/)]);
  expect(await refuseAfterLockdown(() => Promise.resolve())).toEqual([]);
});

test("what is no refusal is thrown in any case", async () => {
  noteOpenings(["a table without row-level security"]);
  const fault = new Error("no answer");
  await expect(refuse(fault)).rejects.toBe(fault);
});
