import { expect, test } from "vitest";

import { serverAddress } from "../../../src/dockerStack/serverFault";

const provider = {
  urn: "p",
  type: "pulumi:providers:postgresql",
  inputs: { host: "db.example.com", port: "5434" },
};
const role = { urn: "r", type: "postgresql:index/role:Role" };

test.each([
  {
    when: "asks a server",
    resources: [provider, role],
    address: { host: "db.example.com", port: 5434 },
  },
  { when: "asks nothing of its server yet", resources: [provider], address: undefined },
  { when: "is empty", resources: [], address: undefined },
  {
    when: "has a provider of the plugin's own besides",
    resources: [{ ...provider, inputs: { version: "3.18.1" } }, provider, role],
    address: { host: "db.example.com", port: 5434 },
  },
  {
    when: "asks a server that it verifies",
    resources: [
      {
        ...provider,
        inputs: {
          ...provider.inputs,
          sslmode: "verify-full",
          sslrootcert: ".hosterizer/dev/ca.pem",
        },
      },
      role,
    ],
    address: {
      host: "db.example.com",
      port: 5434,
      sslmode: "verify-full",
      sslrootcert: ".hosterizer/dev/ca.pem",
    },
  },
])("finds $address in a state that $when", ({ resources, address }) => {
  expect(serverAddress(resources)).toEqual(address);
});
