import { expect, test } from "vitest";

import { withoutSecrets } from "../../../src/monitoring/databaseStatus";

test.each([
  ["alter role r password 'hunter2'", "alter role r password '…'"],
  [
    "ALTER ROLE r WITH ENCRYPTED PASSWORD 'hun''ter2' LOGIN",
    "ALTER ROLE r WITH ENCRYPTED PASSWORD '…' LOGIN",
  ],
  ["alter role r password E'hun\\'ter2'", "alter role r password '…'"],
  ["create user r password $$hunter2$$", "create user r password '…'"],
  ["do $do$ begin execute 'alter role r password ''hunter2'''; end $do$", "do '…'"],
  [
    "create subscription s connection 'host=h password=hunter2' publication p",
    "create subscription s connection '…' publication p",
  ],
  [
    "create user mapping for r server s options (user 'u', password 'hunter2')",
    "create user mapping for r server s options (user '…', password '…')",
  ],
  ["alter system set my.secret = 'hunter2'", "alter system set my.secret = '…'"],
])("removes the values from %s", (query, shown) => {
  expect(withoutSecrets(query)).toBe(shown);
});

test.each([
  "select count(*) from public.sites where status = $1 and region = $2",
  "set time zone 'UTC'",
  "select password_hash from public.users where id = $1",
])("shows %s unchanged", (query) => {
  expect(withoutSecrets(query)).toBe(query);
});
