import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { issueCertificate, makeAuthority } from "../../../src/tls/certificates";

const run = promisify(execFile);
const none = spawnSync("openssl", ["version"]).status !== 0;
// Years from 2050 on have another encoding.
const issued = { today: new Date(), later: new Date("2055-01-01T00:00:00.500Z") };

describe.skipIf(none).each(["today", "later"] as const)("openssl, %s", (time) => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hosterizer-openssl-"));
    const now = issued[time];
    const authority = await makeAuthority("hosterizer-test", now);
    const hosts = ["db.example.com", "127.0.0.1", "fd00::1"];
    const client = { commonName: "app_pooler", hosts: [], usage: "client" } as const;
    const pairs = {
      authority,
      server: await issueCertificate(authority, { commonName: "db", hosts, usage: "server" }, now),
      client: await issueCertificate(authority, client, now),
    };
    for (const [name, { certificate, privateKey }] of Object.entries(pairs)) {
      await writeFile(file(`${name}.pem`), certificate);
      await writeFile(file(`${name}.key`), privateKey, { mode: 0o600 });
    }
  });

  afterAll(() => rm(folder, { recursive: true }));

  const verify = (certificate: string, ...options: string[]) => {
    const at = String(Math.floor(issued[time].getTime() / 1000));
    const strict = ["-x509_strict", "-policy_check", "-attime", at];
    const trusted = ["-CAfile", file("authority.pem")];
    return run("openssl", ["verify", ...strict, ...options, ...trusted, file(certificate)]);
  };

  test.each([
    ["server.pem", "-purpose", "sslserver", "-verify_hostname", "db.example.com"],
    ["server.pem", "-purpose", "sslserver", "-verify_ip", "127.0.0.1"],
    ["server.pem", "-purpose", "sslserver", "-verify_ip", "fd00::1"],
    ["client.pem", "-purpose", "sslclient"],
  ])("accepts %s for %s %s %s %s", async (certificate, ...options) => {
    expect((await verify(certificate, ...options)).stdout).toBe(`${file(certificate)}: OK\n`);
  });

  test.each([
    ["server.pem", "-purpose", "sslclient"],
    ["client.pem", "-purpose", "sslserver"],
    ["server.pem", "-verify_hostname", "other.example.com"],
    ["server.pem", "-verify_ip", "127.0.0.2"],
  ])("does not accept %s for %s %s", async (certificate, ...options) => {
    await expect(verify(certificate, ...options)).rejects.toThrow("verification failed");
  });

  test.each(["authority", "server", "client"])("reads the key of the %s", async (name) => {
    const check = ["pkey", "-check", "-noout", "-in", file(`${name}.key`)];
    const { stdout, stderr } = await run("openssl", check);
    expect(`${stdout}${stderr}`).toContain("Key is valid");
  });
});
