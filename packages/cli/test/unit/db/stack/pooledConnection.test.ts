import { expect, test } from "vitest";

import { program } from "../../../../../../components/program";
import { pooledConnection } from "../../../../src/db/stack/pooledConnection";
import type { StackAccess } from "../../../../src/db/stack/stackAccess";

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

test("connects as a role to the pooler, with all else as to the server", () => {
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

test("says of a stack without a pooler that it has none", () => {
  expect(() => pooledConnection("app_user", direct, program)).toThrow(
    "Stack dev has no pooler.\nLeave --pooled out: clients connect to the server itself.",
  );
});

test("says of a role that may become the owner that the pooler does not let it through, and who comes", () => {
  expect(() => pooledConnection("hosterizer_migrator", access, program)).toThrow(
    "hosterizer_migrator cannot come through the pooler of stack dev: it is a member of hosterizer_owner.\n" +
      "Leave --pooled out: migrations need a session of their own. Through the pooler come app_backup, app_user.",
  );
});

test("refuses whom nobody logs in as before all else", () => {
  expect(() => pooledConnection("app_pooler", access, program)).toThrow(
    'Nobody logs in to stack dev as "app_pooler".',
  );
});
