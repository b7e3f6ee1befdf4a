import { expect, test } from "vitest";

import { checkConfiguration, readConfiguration } from "../../../src/docker/configuration";

test("prefers the provider's engine to that of the environment", () => {
  const environment = { DOCKER_HOST: "tcp://other:1", DOCKER_CONTEXT: "other" };

  expect(readConfiguration({ host: "ssh://build" }, environment)).toMatchObject({
    kind: "ssh",
    host: "build",
    source: 'the provider\'s "host"',
  });
  expect(readConfiguration({}, environment)).toMatchObject({ host: "other" });
});

test("refuses unsupported settings and an invalid host", () => {
  const { inputs, faults } = checkConfiguration({
    version: "5.2.0",
    host: "ftp://x",
    context: "c",
    registryAuth: "[]",
  });

  expect(
    faults.map(({ property, reason }) => `${property}: ${reason.split("\n")[0] ?? ""}`),
  ).toEqual([
    'host: host: "ftp://x" is not the address of a Docker engine: ftp:// is not supported.',
    'context: configuration "context" is not served by the offline plugin; it needs the official plugin docker',
    'registryAuth: configuration "registryAuth" is not served by the offline plugin; it needs the official plugin docker',
  ]);
  expect(inputs).toMatchObject({ version: "5.2.0" });
});
