import { expect, test } from "vitest";

import { renderConnection, renderWarnings } from "../../../src/commands/up";

const outputs = { host: "127.0.0.1", port: 5433, database: "hosterizer", schemaVersion: 9 };

test("shows where the database is and how to connect", () => {
  expect(renderConnection("local", { ...outputs, appPassword: "[secret]" })).toBe(
    `  host            127.0.0.1
  port            5433
  database        hosterizer
  schema version  9

Connect:
  eval "$(npm run -s db -- env)"
  psql
`,
  );
});

test("shows how clients verify the server, if they do", () => {
  const tls = { sslmode: "verify-full", sslrootcert: ".hosterizer/dev/ca.pem" };
  const text = renderConnection("dev", { ...outputs, ...tls });

  expect(text).toMatch(/^ {2}TLS {13}verify-full$/m);
  expect(text).toMatch(/^ {2}authority {7}\.hosterizer\/dev\/ca\.pem$/m);
  expect(text).toContain("npm run -s db -- env --stack dev");
});

test("does not mention TLS without it", () => {
  expect(renderConnection("local", { ...outputs, sslmode: "disable" })).not.toContain("TLS");
});

test("shows nothing without a stack", () => {
  expect(renderConnection("local", {})).toBeUndefined();
});

test("ends with what an operator should know of the backups, and says nothing if all is well", () => {
  expect(renderWarnings(["Repository 1 has no backup yet.", "It is late."], 30)).toBe(
    "\nWarning: Repository 1 has no\nbackup yet.\nWarning: It is late.\n",
  );
  expect(renderWarnings([], 30)).toBe("");
});
