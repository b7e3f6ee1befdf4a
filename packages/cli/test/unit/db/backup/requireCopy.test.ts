import { expect, test } from "vitest";

import { requireCopy } from "../../../../src/db/backup/drillServer";

const original = { identity: "one", inRecovery: false };
const check = (copy: typeof original) => () => {
  requireCopy(original, copy, "copy.example.com", "prod");
};

test("a server that was restored is a copy", () => {
  expect(check({ identity: "other", inRecovery: false })).not.toThrow();
});

test("the stack's server and a replica are none", () => {
  expect(check(original)).toThrow(
    "--host copy.example.com: that is the server of stack prod itself.",
  );
  expect(check({ identity: "other", inRecovery: true })).toThrow(
    "--host copy.example.com: that is a replica of a running server, not a copy that was restored.",
  );
});
