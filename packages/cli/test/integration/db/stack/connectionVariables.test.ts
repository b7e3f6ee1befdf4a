import { execFileSync } from "node:child_process";

import { expect, test } from "vitest";

import { shellExports } from "../../../../src/db/stack/connectionVariables";

test.each([
  "plain",
  "two words",
  "it's",
  '"double"',
  "$HOME",
  "$(exit 1)",
  "`id`",
  "back\\slash",
  "a;b&c|d>e",
  "line\nbreak",
  "!history",
  "*",
  "ümläut",
])("a shell that evaluates the exports has %j as it was", (value) => {
  const script = `${shellExports({ DB_HOST: "x", DB_PASSWORD: value })}printenv DB_PASSWORD`;
  const seen = execFileSync("/bin/sh", ["-c", script]).toString();
  expect(seen).toBe(`${value}\n`);
});
