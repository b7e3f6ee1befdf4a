import { expect, test } from "vitest";

import { ServerUnreachable } from "../../../../src/server/container/reachServer";

const connection = {
  host: "db",
  port: 5432,
  database: "postgres",
  user: "postgres",
  sslrootcert: "ca.pem",
};
const coded = (code: string, message = "odd") => Object.assign(new Error(message), { code });

test.each([
  [
    "nothing listens",
    coded("ECONNREFUSED"),
    "it does not answer (nothing listens on that port)",
    true,
  ],
  ["it is starting", coded("57P03", "starting up"), "it does not answer (starting up)", true],
  [
    "an unknown authority signed its certificate",
    coded("SELF_SIGNED_CERT_IN_CHAIN"),
    "its certificate fails verification against ca.pem (odd)",
    false,
  ],
  [
    "its certificate is not for servers",
    coded("INVALID_PURPOSE"),
    "its certificate fails verification against ca.pem (odd)",
    false,
  ],
  [
    "its certificate is another host's",
    coded("ERR_TLS_CERT_ALTNAME_INVALID"),
    "its certificate is for another name (odd)",
    false,
  ],
  [
    "it has no TLS",
    new Error("The server does not support SSL connections"),
    "it does not support TLS",
    false,
  ],
])("says that %s, and whether to try again", (_what, cause, fault, isTransient) => {
  expect(new ServerUnreachable(connection, cause)).toMatchObject({ fault, isTransient });
});
