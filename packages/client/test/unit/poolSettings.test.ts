import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { readPoolSettings } from "../../src/poolSettings";

test("accepts what `npm run db -- env` prints", () => {
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

test("omits what is not set", () => {
  expect(readPoolSettings({ DB_USER: "app_user", DB_PASSWORD: "secret" })).toEqual({
    port: 5432,
    credentials: { user: "app_user", password: "secret" },
    sslmode: "disable",
  });
});

test("names all faults at once, and no password", () => {
  const read = () =>
    readPoolSettings({ DB_PORT: "0", DB_SSLMODE: "prefer", DB_PASSWORD: "hidden" });
  expect(read).toThrow(
    'DB_USER is not set\nDB_PORT: "0" is not a port (1 to 65535)\n' +
      'DB_SSLMODE: "prefer" is not one of disable, require, verify-ca, verify-full',
  );
  expect(read).not.toThrow("hidden");
});

describe("DB_CREDENTIALS_FILE", () => {
  const folder = mkdtempSync(join(tmpdir(), "hosterizer-credentials-"));
  const file = join(folder, "credentials.json");
  const read = () => readPoolSettings({ DB_CREDENTIALS_FILE: file });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("is read for each new connection", async () => {
    writeFileSync(file, '{"DB_USER":"app_user","DB_PASSWORD":"one","DB_HOST":"elsewhere"}');
    const { credentials, host } = read();
    if (typeof credentials !== "function") throw new Error("nothing would be read");
    expect(host).toBeUndefined();
    expect(await credentials()).toEqual({ user: "app_user", password: "one" });
    writeFileSync(file, '{"DB_USER":"app_user_a","DB_PASSWORD":"two"}');
    expect(await credentials()).toEqual({ user: "app_user_a", password: "two" });
  });

  test.each([
    ["hidden", "is not JSON"],
    ["null", "does not contain DB_USER and DB_PASSWORD"],
    ['{"DB_USER":"app_user"}', "does not contain DB_USER and DB_PASSWORD"],
    ['{"DB_USER":"","DB_PASSWORD":"hidden"}', "does not contain DB_USER and DB_PASSWORD"],
  ])("that contains %s is a fault, which reveals no password", (text, fault) => {
    writeFileSync(file, text);
    expect(read).toThrow(`DB_CREDENTIALS_FILE: ${file} ${fault}`);
    expect(read).not.toThrow("hidden");
  });

  test("that does not exist is a fault, named with the others", () => {
    rmSync(file);
    expect(() => readPoolSettings({ DB_CREDENTIALS_FILE: file, DB_PORT: "x" })).toThrow(
      /^DB_CREDENTIALS_FILE: ENOENT[^]*\nDB_PORT/,
    );
  });
});
