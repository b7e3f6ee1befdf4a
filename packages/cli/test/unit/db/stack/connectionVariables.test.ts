import { expect, test } from "vitest";

import { systemAuthorities } from "@hosterizer/postgres/connection/tlsOptions";
import { connectionVariables, shellExports } from "../../../../src/db/stack/connectionVariables";

const connection = {
  host: "db.example.com",
  port: 5432,
  database: "hosterizer",
  user: "app_user",
  password: "secret",
};

test("names every part of a connection twice, for applications and for libpq", () => {
  const { PGSSLROOTCERT: authorities, ...rest } = connectionVariables({
    ...connection,
    sslmode: "verify-full",
  });
  // Otherwise libpq 15 looks in the user's home, and Node.js does not.
  expect(authorities).toBe(systemAuthorities());
  expect(rest).toEqual({
    DB_HOST: "db.example.com",
    DB_PORT: "5432",
    DB_USER: "app_user",
    DB_PASSWORD: "secret",
    DB_NAME: "hosterizer",
    DB_SSLMODE: "verify-full",
    PGHOST: "db.example.com",
    PGPORT: "5432",
    PGUSER: "app_user",
    PGPASSWORD: "secret",
    PGDATABASE: "hosterizer",
    PGREQUIREAUTH: "scram-sha-256",
    PGSSLMODE: "verify-full",
  });
});

test("names all hosts, and which of them to use", () => {
  const hosts = { ...connection, host: "a.example.com,b.example.com" };
  expect(connectionVariables(hosts)).toMatchObject({
    DB_HOST: "a.example.com,b.example.com",
    PGHOST: "a.example.com,b.example.com",
    PGTARGETSESSIONATTRS: "read-write",
  });
});

test("says explicitly that there is no TLS, because libpq tries it by default", () => {
  expect(connectionVariables(connection)).toMatchObject({
    DB_SSLMODE: "disable",
    PGSSLMODE: "disable",
  });
});

test("names the certificate authority, if there is one", () => {
  expect(connectionVariables({ ...connection, sslrootcert: "/etc/ca.pem" })).toMatchObject({
    DB_SSLROOTCERT: "/etc/ca.pem",
    PGSSLROOTCERT: "/etc/ca.pem",
  });
});

test("exports one variable a line, in the given order", () => {
  expect(shellExports({ DB_HOST: "127.0.0.1", DB_PORT: "5433" })).toBe(
    "export DB_HOST='127.0.0.1'\nexport DB_PORT='5433'\n",
  );
});

test("preserves a quote in a value", () => {
  expect(shellExports({ DB_PASSWORD: "it's" })).toBe("export DB_PASSWORD='it'\\''s'\n");
});
