import { expect, test } from "vitest";

import { driftLines, inspect } from "../../../../components/dynamic/drift";
import { AuthorityFileError } from "@hosterizer/postgres/connection/tlsOptions";

test.each(["ECONNREFUSED", "28P01", "CERT_HAS_EXPIRED", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
  "what cannot be looked at for %s is told as a difference: the update may end that",
  async (code) => {
    const error = Object.assign(new Error("no way in"), { code });
    expect(driftLines(await inspect("the ledger", () => Promise.reject(error)))).toEqual([
      "the ledger: found not looked at yet (no way in), expected a look at it",
    ]);
  },
);

test("a file of the authority that is missing is told in one line", async () => {
  const error = new AuthorityFileError("The file is missing.", "Write it.");
  expect(driftLines(await inspect("the ledger", () => Promise.reject(error)))).toEqual([
    "the ledger: found not looked at yet (The file is missing.), expected a look at it",
  ]);
});

test.each(["42601", "ENOENT", ""])("error '%s' stays the error that it is", async (code) => {
  const error = Object.assign(new Error("a defect"), { code });
  await expect(inspect("the ledger", () => Promise.reject(error))).rejects.toBe(error);
});
