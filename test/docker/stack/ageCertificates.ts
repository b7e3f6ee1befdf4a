import { makeAuthority } from "@hosterizer/postgres/tls/certificates";
import type { ResourceState } from "@hosterizer/cli/stack/state";
import type { CertificateChange } from "../../drift/dockerCatalogue/byHand";
import type { DockerProject } from "./dockerProject";

interface State {
  deployment: { resources: ResourceState[] };
}

const day = 24 * 60 * 60 * 1000;
const pulumi = "node packages/cli/run.mjs pulumi stack";
const file = ".hosterizer/edited-state.json";

/** Ages a certificate in a stack's state by a number of days, or makes it one of another authority. */
export async function ageCertificate(
  project: DockerProject,
  change: CertificateChange,
): Promise<void> {
  const changed =
    "daysOld" in change
      ? { issued: new Date(Date.now() - change.daysOld * day).toISOString() }
      : { authorityCertificate: (await makeAuthority("another", new Date())).certificate };
  await editState(project, ({ type, urn, inputs, outputs }) => {
    if (!type.endsWith(":Certificate") || !urn.endsWith(`::${change.certificate}`)) return false;
    Object.assign(inputs ?? {}, changed);
    Object.assign(outputs ?? {}, changed);
    return true;
  });
}

/** Edits the resources in a stack's state without decrypting secrets. @param edit returns whether it found its resource */
async function editState(
  project: DockerProject,
  edit: (resource: ResourceState) => boolean,
): Promise<void> {
  await run(project, `${pulumi} export --stack ${project.stack} --file ${file}`);
  const state = JSON.parse(await project.read(file)) as State;
  const found = state.deployment.resources.filter(edit);
  if (found.length !== 1) throw new Error(`the state has ${found.length} such certificates`);
  await project.write(file, JSON.stringify(state));
  await run(project, `${pulumi} import --stack ${project.stack} --file ${file}`);
}

async function run(project: DockerProject, line: string): Promise<void> {
  const { code, output } = await project.shell(line);
  if (code !== 0) throw new Error(`${line}:\n${output}`);
}
