import { declareRepositories, inS3 } from "../../test/docker/stack/declareRepositories";
import { startS3 } from "../../test/docker/stack/s3Server";
import type { BackedUpStack } from "./backedUpStack";
import { poll } from "./poll";

/** Adds a second repository, in S3 over TLS in a container beside the stack, and waits for its first backup. */
export async function addRepositoryInS3({ project, db }: BackedUpStack): Promise<void> {
  const s3 = await startS3(project.prefix);
  await project.write("s3-authority.pem", s3.authority);
  const repositories = [{ type: "volume" }, inS3(s3, "/bench")];
  const { accessKey } = s3;
  await declareRepositories(project, repositories, { accessKey, secretKey: "any" });
  await project.up();
  await poll("a backup in S3", async () => {
    const { stdout } = await db("backups", "--json");
    const listed = JSON.parse(stdout) as { repository: number; backups: unknown[] }[];
    return listed.some(({ repository, backups }) => repository === 2 && backups.length > 0);
  });
}
