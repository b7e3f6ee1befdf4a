import { expect, test } from "vitest";

import { driftLines, inspect } from "../../../../components/dynamic/drift";
import { AuthorityFileError } from "@hosterizer/postgres/connection/tlsOptions";

test.each(["ECONNREFUSED", "28P01", "CERT_HAS_EXPIRED", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
  "an inspection that fails with %s is a difference, because the update may resolve it",
  async (code) => {
    const error = Object.assign(new Error("no way in"), { code });
    expect(driftLines(await inspect("the ledger", () => Promise.reject(error)))).toEqual([
      "the ledger: found not looked at yet (no way in), expected a look at it",
    ]);
  },
);

test("a missing file of the authority is reported in one line", async () => {
  const error = new AuthorityFileError("The file is missing.", "Write it.");
  expect(driftLines(await inspect("the ledger", () => Promise.reject(error)))).toEqual([
    "the ledger: found not looked at yet (The file is missing.), expected a look at it",
  ]);
});

test.each(["42601", "ENOENT", ""])("error '%s' is thrown unchanged", async (code) => {
  const error = Object.assign(new Error("a defect"), { code });
  await expect(inspect("the ledger", () => Promise.reject(error))).rejects.toBe(error);
});
