import { createRequire } from "node:module";

import { expect, test } from "vitest";

import { provider as authority } from "../../../components/dynamic/authorityCertificateProvider";
import { provider as certificate } from "../../../components/dynamic/certificateProvider";

const loaded = () =>
  Object.keys(createRequire(__filename).cache).filter((file) => file.includes("/@peculiar/x509/"));

test("a preview without a certificate to create does not load the library for it", async () => {
  const issued = "2026-01-01T00:00:00Z";
  const pair = { certificate: "", privateKey: "" };
  const server = {
    ...{ commonName: "db", hosts: ["127.0.0.1"], usage: "server" as const },
    ...{ authorityCertificate: "", authorityKey: "" },
  };
  await authority.check({ commonName: "dev", issued }, { commonName: "dev" });
  await authority.diff("", { commonName: "dev", issued, ...pair }, { commonName: "dev", issued });
  await certificate.check({ ...server, issued }, server);
  await certificate.diff("", { ...server, issued, ...pair }, { ...server, issued });
  expect(loaded()).toEqual([]);

  await authority.create({ commonName: "dev", issued });
  expect(loaded()).not.toEqual([]);
});
