import { expect, test } from "vitest";

import { settingCalls } from "../../src/transactionOptions";

test("sets each only for the transaction, whatever characters its value has", () => {
  expect(
    settingCalls({
      statement_timeout: "5s",
      work_mem: 65536,
      "my.note": "it's",
      enable_sort: false,
    }),
  ).toEqual([
    "pg_catalog.set_config('statement_timeout', '5s', true)",
    "pg_catalog.set_config('work_mem', '65536', true)",
    "pg_catalog.set_config('my.note', 'it''s', true)",
    "pg_catalog.set_config('enable_sort', 'false', true)",
  ]);
});

test.each([
  ["work mem", 'settings: "work mem" is not the name of a setting. SHOW ALL lists them.'],
  ["x', true), pg_sleep(1", "is not the name of a setting"],
  ["app.current_customer_id", "settings: app.current_customer_id is set by the context."],
  ["APP.Current_User_Role", "settings: APP.Current_User_Role is set by the context."],
  ["app.context", "settings: app.context is set by the context. Leave it out."],
])("refuses %s", (name, message) => {
  expect(() => settingCalls({ [name]: "1" })).toThrow(message);
});
