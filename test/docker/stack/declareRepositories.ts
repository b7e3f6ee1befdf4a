import { renderYaml, yaml } from "@hosterizer/cli/stack/configuration";
import type { DockerProject } from "./dockerProject";
import type { S3Server } from "./s3Server";

/** Declares the repositories of a stack's backups, and sets the secrets of those in S3, if any are given. */
export async function declareRepositories(
  project: DockerProject,
  repositories: readonly object[],
  secrets: Readonly<Partial<Record<"accessKey" | "secretKey", string>>> = {},
): Promise<void> {
  const file = `Pulumi.${project.stack}.yaml`;
  const document = yaml().parseDocument(await project.read(file));
  const declared = document.createNode({ repositories }, { aliasDuplicateObjects: false });
  document.setIn(["config", "hosterizer-database:backup"], declared);
  await project.write(file, renderYaml(document));
  const places = repositories.flatMap((each, index) => ("bucket" in each ? [index] : []));
  const named = places.flatMap((index) =>
    Object.entries(secrets).map(([name, secret]): [string, string] => [
      `hosterizer-database:backup.repositories[${index}].${name}`,
      secret,
    ]),
  );
  if (named.length > 0) await setSecrets(project, Object.fromEntries(named));
}

/** Sets secrets of a stack's configuration. They stay in the clone, in the file that Pulumi reads. */
async function setSecrets(
  project: DockerProject,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  const words = Object.entries(secrets).map(([path, secret]) => `--secret '${path}=${secret}'`);
  const set = `pulumi config set-all --stack ${project.stack} --path ${words.join(" ")}`;
  const { code, output } = await project.shell(`node packages/cli/run.mjs ${set}`);
  if (code !== 0) throw new Error(output);
}

/** Encrypts secrets, for declarations that have them from the start. */
export async function encrypt<K extends string>(
  project: DockerProject,
  secrets: Readonly<Record<K, string>>,
): Promise<Record<K, object>> {
  const names = Object.keys(secrets) as K[];
  // Of no program: nothing asks what they are for.
  await setSecrets(
    project,
    Object.fromEntries(names.map((name) => [`none:${name}`, secrets[name]])),
  );
  const text = await project.read(`.hosterizer/config/Pulumi.${project.stack}.yaml`);
  const { config } = yaml().parse(text) as { config: Record<string, object> };
  return Object.fromEntries(names.map((name) => [name, config[`none:${name}`]])) as Record<
    K,
    object
  >;
}

/** A repository on a server of S3, whose authority lies in the project's folder as `s3-authority.pem`. */
export function inS3({ endpoint, port }: S3Server, path: string) {
  return {
    ...{ type: "s3", endpoint, port, bucket: "backups", path },
    ...{ region: "eu-central-1", uriStyle: "path", sslrootcert: "s3-authority.pem" },
  };
}
