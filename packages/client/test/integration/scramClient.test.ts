import { expect, test } from "vitest";

import { createPool } from "../../src/createPool";
import { ScramRequired } from "../../src/scramClient";
import { type Ruse, ruses, startImpostor } from "../impostor";

const credentials = { user: "app_user", password: "only the server may check this" };

async function logIn(ruse: Ruse) {
  const impostor = await startImpostor(ruse);
  const pool = createPool({ host: "127.0.0.1", port: impostor.port, credentials });
  const failure = await pool.query("select 'what only our server may read'").then(
    () => undefined,
    (error: unknown) => error,
  );
  await pool.end();
  await impostor.stop();
  return { failure, received: impostor.received };
}

test.each(ruses)(
  "a program that tries %s on the server's port gets no password and no statement",
  async (ruse) => {
    const { failure, received } = await logIn(ruse);
    expect(failure).toBeInstanceOf(ScramRequired);
    expect(received.filter((message) => message.includes(credentials.password))).toEqual([]);
    // An initial SCRAM message and a proof are no use to it.
    expect(received.filter((message) => !/^p (SCRAM-SHA-256|c=)/.test(message))).toEqual([]);
  },
);

test("clear text is for servers that sslmode verifies", () => {
  expect(() => createPool({ credentials, authentication: "any", sslmode: "require" })).toThrow(
    /^authentication: "any" needs sslmode verify-full or verify-ca, not require.*\nSet sslmode/,
  );
});
