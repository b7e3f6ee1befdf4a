import { issueCertificate, type KeyAndCertificate } from "@hosterizer/postgres/tls/certificates";
import { hostNames } from "../../../components/instance/certificateAuthority";
import { ageCertificate } from "./ageCertificates";
import type { DockerProject } from "./dockerProject";
import { putIntoVolume } from "./volumeByHand";

const day = 24 * 60 * 60 * 1000;
/** A day longer than certificates are good. */
const age = 366;

/** Makes of a stack what it would be after a year without an update: the certificate that its server shows has expired. */
export async function expireCertificates(project: DockerProject): Promise<void> {
  const server = project.container("postgresql");
  await putIntoVolume(`${project.prefix}-postgresql-configuration`, await expiredFiles(project));
  await server.stop();
  await server.start();
  await server.until("healthy");
  for (const certificate of ["server-certificate", "pooler-certificate"]) {
    await ageCertificate(project, { certificate, daysOld: age });
  }
}

/** What the server has had in its configuration for too long. */
async function expiredFiles(project: DockerProject): Promise<Record<string, string>> {
  const commonName = `${project.prefix}-postgresql`;
  const request = {
    commonName,
    hosts: hostNames("127.0.0.1", commonName),
    usage: "server",
  } as const;
  const issued = new Date(Date.now() - age * day);
  const made = await issueCertificate(await readAuthority(project), request, issued);
  return { "server.crt": made.certificate, "server.key": made.privateKey };
}

async function readAuthority(project: DockerProject): Promise<KeyAndCertificate> {
  const { stdout } = await project.shell(
    `node packages/cli/run.mjs pulumi stack export --stack ${project.stack} --show-secrets`,
  );
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { type: string; outputs?: Record<string, unknown> }[] };
  };
  const authority = deployment.resources.find(({ type }) => type.endsWith(":AuthorityCertificate"));
  const { certificate, privateKey } = authority?.outputs ?? {};
  const { plaintext } = privateKey as { plaintext: string };
  return { certificate: certificate as string, privateKey: JSON.parse(plaintext) as string };
}
