import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { issueCertificate } from "../../../postgres/certificates/issueCertificate";
import type { KeyAndCertificate } from "../../../postgres/certificates/keyAndCertificate";
import { namesOf } from "../../../postgres/container/authority";
import { readChecksums } from "../../stack/readChecksums";
import { tenantRows } from "../../stack/tenantRows";
import { ageCertificate } from "./ageCertificates";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

const day = 24 * 60 * 60 * 1000;
/** A day longer than certificates are good. */
const age = 366;

let project: DockerProject;
let data: Record<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"));
  await project.up();
  await project.query(tenantRows);
  data = await readChecksums(project);

  const server = project.container("postgresql");
  await server.put("/etc/hosterizer", await expiredFiles());
  await server.stop();
  await server.start();
  await server.until("healthy");
  for (const certificate of ["server-certificate", "pooler-certificate"]) {
    await ageCertificate(project, { certificate, daysOld: age });
  }
});
afterAll(() => project.remove());

test("clients do not trust a server whose certificate has expired", async () => {
  await expect(project.query("select")).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
});

test.each(["drift", "preview"] as const)(
  "%s is broken by it, and says so with the address",
  async (command) => {
    const { code, output } = await project.run(command);

    expect(code).toBe(1);
    expect(output).toContain(
      `server of stack dev shows a certificate that has expired, at 127.0.0.1:${project.port}.`,
    );
    expect(output).toContain("npm run up -- --stack dev");
    expect(output).not.toContain("Previewing");
  },
);

test("one up renews it, and clients come in again, the pooler's too", async () => {
  const up = await project.up();

  expect(up).toContain("shows a certificate that has expired");
  expect(up).toContain("it is brought up first");
  expect(await readChecksums(project)).toEqual(data);
  await expect(project.queryPooled("select 1 as one", "app_user")).resolves.toEqual([{ one: 1 }]);
  expect(await project.run("drift")).toMatchObject({ code: 0 });
});

/** What the server has had in its configuration for too long. */
async function expiredFiles(): Promise<Record<string, string>> {
  const commonName = `${project.prefix}-postgresql`;
  const request = { commonName, hosts: namesOf("127.0.0.1", commonName), usage: "server" } as const;
  const issued = new Date(Date.now() - age * day);
  const made = await issueCertificate(await readAuthority(), request, issued);
  return { "server.crt": made.certificate, "server.key": made.privateKey };
}

async function readAuthority(): Promise<KeyAndCertificate> {
  const { stdout } = await project.shell(
    `node toolchain/run.mjs pulumi stack export --stack ${project.stack} --show-secrets`,
  );
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  const authority = deployment.resources.find(({ type }) => type.endsWith(":AuthorityCertificate"));
  const { certificate, privateKey } = authority?.outputs ?? {};
  const { plaintext } = privateKey as { plaintext: string };
  return { certificate: certificate as string, privateKey: JSON.parse(plaintext) as string };
}
