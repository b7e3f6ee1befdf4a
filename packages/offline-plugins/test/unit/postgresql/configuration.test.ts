import { expect, test } from "vitest";

import { checkConfiguration, readConfiguration } from "../../../src/postgresql/configuration";

test("the program's settings precede the environment, which precedes the defaults", () => {
  const environment = { PGHOST: "h.env", PGPORT: "1", PGUSER: "u.env", PGPASSWORD: "p.env" };
  expect(readConfiguration({ host: "h", password: "" }, environment)).toEqual({
    host: "h",
    port: 1,
    database: "postgres",
    username: "u.env",
    password: "p.env",
    sslmode: "require",
    superuser: true,
    connectTimeout: 180,
    maxConnections: 20,
  });
});

test("reads each setting", () => {
  const given = {
    host: "h",
    port: "5433",
    database: "d",
    username: "u",
    password: "p",
    sslmode: "verify-full",
    sslrootcert: "package.json",
    superuser: "false",
    connectTimeout: "5",
    maxConnections: "0",
  };
  expect(readConfiguration(given, {})).toEqual({
    ...given,
    port: 5433,
    superuser: false,
    connectTimeout: 5,
    maxConnections: 0,
  });
});

test("reports a missing host and an invalid environment", () => {
  expect(() => readConfiguration({}, {})).toThrow('set the provider\'s "host" or PGHOST');
  expect(() => readConfiguration({ host: "h" }, { PGPORT: "x" })).toThrow(
    "PGPORT: expected a whole",
  );
  expect(() => readConfiguration({ host: "h" }, { PGSSLMODE: "prefer" })).toThrow(
    'PGSSLMODE: expected one of disable, require, verify-ca, verify-full, got "prefer"',
  );
});

test("accepts an authority's file that the program has yet to write", () => {
  const sslrootcert = "written/later.pem";

  expect(checkConfiguration({ sslrootcert })).toMatchObject({
    faults: [],
    inputs: { sslrootcert },
  });
  expect(readConfiguration({ host: "h", sslrootcert }, {})).toMatchObject({ sslrootcert });
});

test("accepts a client certificate by its paths, and refuses an inline one", () => {
  const given = { host: "db.example", clientcert: '{"cert":"a.pem","key":"a.key"}' };
  expect(checkConfiguration(given).faults).toEqual([]);
  expect(readConfiguration(given, {})).toMatchObject({ sslcert: "a.pem", sslkey: "a.key" });
  const inline = '{"cert":"-----BEGIN","key":"-----BEGIN","sslinline":true}';
  expect(checkConfiguration({ ...given, clientcert: inline }).faults).toMatchObject([
    { property: "clientcert", reason: expect.stringContaining("the official plugin") as string },
  ]);
});
