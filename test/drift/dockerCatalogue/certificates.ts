import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";

/** The certificates of a stack, which expire, and the file with the authority's certificate for clients. */
export const certificates: readonly DriftCase<ByHand>[] = [
  {
    kind: "certificate end",
    what: "no update has run for eleven months",
    break: [{ certificate: "pooler-certificate", daysOld: 340 }],
    says: /^server certificate of .*: found 24 days left, expected at least 30 days: it is renewed$/,
    up: "repairs",
    note: "The container that uses it is restarted.",
  },
  {
    kind: "certificate end",
    what: "no update has run for more than a year",
    break: [{ certificate: "server-certificate", daysOld: 400 }],
    says: /^server certificate of .*: found expired on .*, expected at least 30 days: it is renewed$/,
    up: "repairs",
    round: 2,
  },
  {
    kind: "certificate authority",
    what: "an update ended between renewing the authority and reissuing a certificate",
    break: [{ certificate: "pooler-client-certificate", signedBy: "another" }],
    says: "client certificate of app_pooler: found one of an earlier authority, expected a signature of the current authority",
    up: "repairs",
  },
  {
    kind: "certificate file",
    what: "the file of the authority's certificate is edited",
    break: [
      {
        file: ".hosterizer/dev/ca.pem",
        from: "-----BEGIN CERTIFICATE-----",
        to: "our own note\n-----BEGIN CERTIFICATE-----",
      },
    ],
    shownBy: [],
    says: /^file \.hosterizer\/dev\/ca\.pem: found another one, of .*, expected the certificate of .*: clients cannot verify the server$/,
    up: "repairs",
    note: "`npm run drift` and `preview` write it again from the state before they compare, and say so.",
    round: 2,
  },
];
