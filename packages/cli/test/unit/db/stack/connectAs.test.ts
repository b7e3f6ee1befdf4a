import { expect, test } from "vitest";

import { program } from "../../../../../../components/program";
import { connectionAs, pooledConnection } from "../../../../src/db/stack/connectAs";
import type { StackAccess } from "../../../../src/db/stack/stackAccess";

const local = {
  stack: "local",
  host: "127.0.0.1",
  port: 5433,
  database: "hosterizer",
  sslmode: "disable" as const,
  passwords: { app_user: "one", app_backup: "two" },
};

test("connects as a login role with that role's password, and contains no other", () => {
  expect(connectionAs("app_backup", local)).toEqual({
    host: "127.0.0.1",
    port: 5433,
    database: "hosterizer",
    sslmode: "disable",
    user: "app_backup",
    password: "two",
  });
});

test.each(["hosterizer_owner", "", "constructor"])(
  "refuses '%s', which has no login, and lists the login roles",
  (role) => {
    expect(() => connectionAs(role, local)).toThrow(
      `Role "${role}" has no login in stack local.\nIts login roles are app_backup, app_user.`,
    );
  },
);

const direct: StackAccess = {
  stack: "dev",
  host: "127.0.0.1",
  port: 5434,
  database: "hosterizer",
  sslmode: "verify-full",
  sslrootcert: "/clone/ca.pem",
  passwords: { app_user: "one", app_backup: "two", hosterizer_migrator: "three" },
};
const access: StackAccess = { ...direct, pooler: { host: "pooler.example.com", port: 6432 } };

test("connects to the pooler as a role, with everything else as for the server", () => {
  expect(pooledConnection("app_backup", access, program)).toEqual({
    host: "pooler.example.com",
    port: 6432,
    database: "hosterizer",
    sslmode: "verify-full",
    sslrootcert: "/clone/ca.pem",
    user: "app_backup",
    password: "two",
  });
});

test("says that a stack has no pooler", () => {
  expect(() => pooledConnection("app_user", direct, program)).toThrow(
    "Stack dev has no pooler.\nLeave out --pooled: clients connect to the server itself.",
  );
});

test("says that the pooler refuses a role that can become the owner, and which roles it accepts", () => {
  expect(() => pooledConnection("hosterizer_migrator", access, program)).toThrow(
    "Role hosterizer_migrator cannot log in through the pooler of stack dev: it is a member of hosterizer_owner.\n" +
      "Leave out --pooled: migrations need a session of their own. These roles can use the pooler: app_backup, app_user.",
  );
});

test("refuses a role without a login before anything else", () => {
  expect(() => pooledConnection("app_pooler", access, program)).toThrow(
    'Role "app_pooler" has no login in stack dev.',
  );
});
