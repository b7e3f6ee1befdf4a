import { expect, test } from "vitest";

import { stackAccess } from "../../../../src/db/stack/stackAccess";

const outputs = {
  host: "127.0.0.1",
  port: 5433,
  database: "hosterizer",
  schemaVersion: 9,
  appUser: "app_user",
  appPassword: "one",
  rolePasswords: { app_user: "one" },
};

test("takes the address and the roles' passwords, and no TLS if the outputs mention none", () => {
  expect(stackAccess("local", outputs)).toEqual({
    stack: "local",
    host: "127.0.0.1",
    port: 5433,
    database: "hosterizer",
    sslmode: "disable",
    passwords: { app_user: "one" },
  });
});

test("takes the TLS mode and the authority of a server beyond this machine", () => {
  const remote = { ...outputs, sslmode: "verify-full", sslrootcert: "/etc/ca.pem" };
  expect(stackAccess("prod", remote)).toMatchObject({
    sslmode: "verify-full",
    sslrootcert: "/etc/ca.pem",
  });
});

test("names the authority's file by an absolute path", () => {
  const dev = { ...outputs, sslmode: "verify-full", sslrootcert: ".hosterizer/dev/ca.pem" };
  expect(stackAccess("dev", dev).sslrootcert).toBe(`${process.cwd()}/.hosterizer/dev/ca.pem`);
});

test.each([
  [
    "postgresql://app_user:o-n_e@db.example.com:6432/hosterizer?sslmode=verify-full",
    "db.example.com",
  ],
  ["postgresql://app_user:o-n_e@[2001:db8::1]:6432/hosterizer", "2001:db8::1"],
])("takes only the pooler's address from %s", (pooledUrl, host) => {
  expect(stackAccess("dev", { ...outputs, pooledUrl })).toEqual({
    ...stackAccess("dev", outputs),
    pooler: { host, port: 6432 },
  });
});

test("says which outputs of a partly deployed stack are missing, and how to resume", () => {
  const { host, port } = outputs;
  expect(() => stackAccess("dev", { host, port })).toThrow(
    "Stack dev is only partly deployed: outputs database, rolePasswords are missing.\n" +
      "Run `npm run up -- --stack dev` again.",
  );
});
