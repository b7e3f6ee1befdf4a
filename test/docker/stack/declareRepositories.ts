import { expect } from "vitest";

import type { DockerProject } from "./dockerProject";
import type { S3Server } from "./s3Server";

/** Declares the repositories of a stack's backups, and sets the secrets of those in S3. */
export async function declareRepositories(
  project: DockerProject,
  repositories: readonly object[],
  secrets: Readonly<Record<"accessKey" | "secretKey", string>>,
): Promise<void> {
  const file = `Pulumi.${project.stack}.yaml`;
  const others = (await project.read(file)).replace(/^ {2}hosterizer-database:backup:.*\n/m, "");
  const backup = JSON.stringify({ repositories });
  await project.write(file, `${others}  hosterizer-database:backup: ${backup}\n`);
  for (const [index, repository] of repositories.entries()) {
    if (!("bucket" in repository)) continue;
    for (const [name, value] of Object.entries(secrets)) {
      const key = `hosterizer-database:backup.repositories[${index}].${name}`;
      const words = `config set --stack ${project.stack} --secret --path '${key}' ${value}`;
      const { code, output } = await project.shell(`node packages/cli/run.mjs pulumi ${words}`);
      expect([code, output]).toEqual([0, expect.anything()]);
    }
  }
}

/** A repository on a server of S3, whose authority lies in the project's folder as `s3-authority.pem`. */
export function inS3({ endpoint, port }: S3Server, path: string) {
  return {
    ...{ type: "s3", endpoint, port, bucket: "backups", path },
    ...{ region: "eu-central-1", uriStyle: "path", sslrootcert: "s3-authority.pem" },
  };
}
