import { expect, test } from "vitest";

import { connectionAs } from "../../../../src/db/stack/connectionAs";

const access = {
  stack: "local",
  host: "127.0.0.1",
  port: 5433,
  database: "hosterizer",
  sslmode: "disable" as const,
  passwords: { app_user: "one", app_backup: "two" },
};

test("connects as a login role with that role's password, and carries no other", () => {
  expect(connectionAs("app_backup", access)).toEqual({
    host: "127.0.0.1",
    port: 5433,
    database: "hosterizer",
    sslmode: "disable",
    user: "app_backup",
    password: "two",
  });
});

test.each(["hosterizer_owner", "", "constructor"])(
  "refuses '%s', whom nobody logs in as, and lists the login roles",
  (role) => {
    expect(() => connectionAs(role, access)).toThrow(
      `Nobody logs in to stack local as "${role}".\nIts login roles are app_backup, app_user.`,
    );
  },
);
