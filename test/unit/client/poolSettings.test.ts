import { expect, test } from "vitest";

import { readPoolSettings } from "../../../client/poolSettings";

test("takes what `npm run db -- env` prints", () => {
  const environment = {
    DB_HOST: "a.example,b.example",
    DB_PORT: "6432",
    DB_NAME: "shop",
    DB_USER: "app_user",
    DB_PASSWORD: "secret",
    DB_SSLMODE: "verify-full",
    DB_SSLROOTCERT: "/etc/authority.pem",
  };
  expect(readPoolSettings(environment)).toEqual({
    host: "a.example,b.example",
    port: 6432,
    database: "shop",
    credentials: { user: "app_user", password: "secret" },
    sslmode: "verify-full",
    sslrootcert: "/etc/authority.pem",
  });
});

test("leaves out what is not set", () => {
  expect(readPoolSettings({ DB_USER: "app_user", DB_PASSWORD: "secret" })).toEqual({
    port: 5432,
    credentials: { user: "app_user", password: "secret" },
    sslmode: "disable",
  });
});

test("names everything that is wrong at once, and no password", () => {
  const read = () =>
    readPoolSettings({ DB_PORT: "0", DB_SSLMODE: "prefer", DB_PASSWORD: "hidden" });
  expect(read).toThrow(
    'DB_USER is not set\nDB_PORT: "0" is not a port (1 to 65535)\n' +
      'DB_SSLMODE: "prefer" is none of disable, require, verify-ca, verify-full',
  );
  expect(read).not.toThrow("hidden");
});
