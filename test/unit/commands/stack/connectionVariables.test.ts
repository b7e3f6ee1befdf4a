import { expect, test } from "vitest";

import { connectionVariables } from "../../../../commands/stack/connectionVariables";

const connection = {
  host: "db.example.com",
  port: 5432,
  database: "hosterizer",
  user: "app_user",
  password: "secret",
};

test("names every part of a connection twice, for applications and for libpq", () => {
  expect(connectionVariables({ ...connection, sslmode: "verify-full" })).toEqual({
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
    PGSSLMODE: "verify-full",
  });
});

test("says that there is no TLS rather than leave it to libpq, whose default is to try", () => {
  expect(connectionVariables(connection)).toMatchObject({
    DB_SSLMODE: "disable",
    PGSSLMODE: "disable",
  });
});

test("names the certificate authority where there is one", () => {
  expect(connectionVariables({ ...connection, sslrootcert: "/etc/ca.pem" })).toMatchObject({
    DB_SSLROOTCERT: "/etc/ca.pem",
    PGSSLROOTCERT: "/etc/ca.pem",
  });
});
