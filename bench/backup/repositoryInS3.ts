import { startS3 } from "../../test/docker/stack/s3Server";
import type { BackedUpStack } from "./backedUpStack";
import { poll } from "./poll";

/** Adds a second repository, in S3 over TLS in a container beside the stack, and waits for its first backup. */
export async function addRepositoryInS3({ project, db }: BackedUpStack): Promise<void> {
  const { authority, endpoint, port, accessKey } = await startS3(project.prefix);
  await project.write("s3-authority.pem", authority);
  const inS3 = {
    ...{ type: "s3", endpoint, port, bucket: "backups", path: "/bench" },
    ...{ region: "eu-central-1", uriStyle: "path", sslrootcert: "s3-authority.pem" },
  };
  const backup = JSON.stringify({ repositories: [{ type: "volume" }, inS3] });
  const file = "Pulumi.dev.yaml";
  await project.write(file, `${await project.read(file)}  hosterizer-database:backup: ${backup}\n`);
  for (const [name, value] of Object.entries({ accessKey, secretKey: "any" })) {
    const key = `hosterizer-database:backup.repositories[1].${name}`;
    const words = `config set --stack dev --secret --path '${key}' ${value}`;
    const { code, output } = await project.shell(`node packages/cli/run.mjs pulumi ${words}`);
    if (code !== 0) throw new Error(output);
  }
  await project.up();
  await poll("a backup in S3", async () => {
    const { stdout } = await db("backups", "--json");
    const listed = JSON.parse(stdout) as { repository: number; backups: unknown[] }[];
    return listed.some(({ repository, backups }) => repository === 2 && backups.length > 0);
  });
}
