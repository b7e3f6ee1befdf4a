import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";

import { Certificate } from "../../../../components/dynamic/certificate";
import { CertificateAuthority } from "../../../../components/instance/certificateAuthority";
import { type Recorded, record } from "../record";

const file = ".hosterizer/dev/ca.pem";

let recorded: Map<string, Recorded>;

beforeAll(async () => {
  recorded = await record(() => {
    new CertificateAuthority("authority", { commonName: "dev", file });
    const signer = { certificate: "PEM", privateKey: pulumi.output("key") };
    const request = { commonName: "db", hosts: ["127.0.0.1"], usage: "server" } as const;
    new Certificate("server", { authority: signer, ...request });
  });
});

test("an authority is a certificate, and a file for clients", () => {
  expect([...recorded.keys()].sort()).toEqual([
    "AuthorityCertificate authority",
    "Certificate server",
    "CertificateAuthority authority",
    "CertificateFile authority",
  ]);
  expect(recorded.get("AuthorityCertificate authority")?.inputs).toMatchObject({
    commonName: "dev",
  });
  expect(recorded.get("CertificateFile authority")?.inputs).toMatchObject({ file });
});

test("the authority's key is a secret wherever it is passed", () => {
  const inputs = recorded.get("Certificate server")?.inputs ?? {};
  expect(inputs["authorityCertificate"]).toBe("PEM");
  // As Pulumi writes a secret.
  expect(inputs["authorityKey"]).toMatchObject({ value: "key" });
});
