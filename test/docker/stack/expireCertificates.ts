import { issueCertificate, type KeyAndCertificate } from "@hosterizer/postgres/tls/certificates";
import { hostNames } from "../../../components/instance/certificateAuthority";
import { ageCertificate } from "./ageCertificates";
import type { DockerProject } from "./dockerProject";
import { putIntoVolume } from "./volumeByHand";

const day = 24 * 60 * 60 * 1000;
/** One day longer than certificates are valid. */
const age = 366;

/** Puts a stack in the state of a year without an update: its server's certificate has expired. */
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

/** The expired certificates, as files of the server's configuration. */
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
