import { expect, test } from "vitest";

import { readSettings } from "../../../src/postgresql/readRole";

const none = {
  searchPaths: [],
  statementTimeout: 0,
  idleInTransactionSessionTimeout: 0,
  assumeRole: "",
};

test.each([
  { entries: [], expected: {} },
  { entries: ["search_path=public, app"], expected: { searchPaths: ["public", "app"] } },
  { entries: ['search_path="$user", public'], expected: { searchPaths: ["$user", "public"] } },
  {
    entries: ['search_path="My, ""odd"" schema", app'],
    expected: { searchPaths: ['My, "odd" schema', "app"] },
  },
  { entries: ["statement_timeout=30000"], expected: { statementTimeout: 30_000 } },
  { entries: ["statement_timeout=30s"], expected: { statementTimeout: 30_000 } },
  { entries: ["statement_timeout=1.5 min"], expected: { statementTimeout: 90_000 } },
  {
    entries: ["idle_in_transaction_session_timeout=2h"],
    expected: { idleInTransactionSessionTimeout: 7_200_000 },
  },
  { entries: ["role=owner"], expected: { assumeRole: "owner" } },
  { entries: ["role_like=x", "statement_timeout_like=5"], expected: {} },
])("reads $entries", ({ entries, expected }) => {
  expect(readSettings(entries)).toEqual({ ...none, ...expected });
});
