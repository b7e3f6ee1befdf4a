import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";
import { type S3Server, startS3 } from "./s3Server";

// Both stacks pass through all states: each test begins where the previous one ended.
let project: DockerProject;
let s3: S3Server;

const patience = { timeout: 150_000, interval: 500 };

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { backups: true });
  await project.up();
  s3 = await startS3(project.prefix);
  await project.write("s3-authority.pem", s3.authority);
  await declare("dev", ["/dev"]);
  await project.up();
});
afterAll(() => project.remove());

const info = "pgbackrest --stanza=hosterizer --repo=2 --output=json info";
const readId = "pgbackrest --stanza=hosterizer --repo=2 --raw --ignore-missing repo-get copy-id";

const npm = (stack: string, command: string, ...words: string[]) =>
  project.npm(command, "--", ...words, "--stack", stack);
const inContainer = async (name: string, line: string) => {
  const container = new TestContainer(engine.getContainer(`${project.prefix}-${name}`));
  return (await container.run(["sh", "-c", line])).output;
};

/** Declares repositories of a stack in S3 beside its volume. Without encryption: the key of a copy would be refused first. */
async function declare(stack: string, paths: readonly string[]): Promise<void> {
  const inS3 = paths.map((path) => ({
    ...{ type: "s3", endpoint: s3.endpoint, port: s3.port, bucket: "backups", path },
    ...{ region: "eu-central-1", uriStyle: "path", sslrootcert: "s3-authority.pem" },
    encryption: false,
  }));
  const file = `Pulumi.${stack}.yaml`;
  const kept = (await project.read(file)).replace(
    /^ {2}hosterizer-database:backup:.*\n( {4}.*\n)*/m,
    "",
  );
  const backup = JSON.stringify({ repositories: [{ type: "volume" }, ...inS3] });
  await project.write(file, `${kept}  hosterizer-database:backup: ${backup}\n`);
  for (const index of inS3.keys()) {
    for (const [name, value] of Object.entries({ accessKey: s3.accessKey, secretKey: "any" })) {
      const key = `hosterizer-database:backup.repositories[${index + 1}].${name}`;
      const words = `config set --stack ${stack} --secret --path '${key}' ${value}`;
      const { code, output } = await project.shell(`node packages/cli/run.mjs pulumi ${words}`);
      expect([code, output]).toEqual([0, expect.anything()]);
    }
  }
}

test("a copy is refused the repository of its original", async () => {
  await expect.poll(() => inContainer("backup", info), patience).toContain('"type":"full"');
  const keys = [
    ...["instance: docker", `dockerName: ${project.prefix}-review`],
    ...[`port: ${await freePort()}`, `poolerPort: ${await freePort()}`],
  ];
  const lines = keys.map((line) => `  hosterizer-database:${line}\n`);
  await project.write("Pulumi.review.yaml", `config:\n${lines.join("")}`);
  const copied = await npm("dev", "db", "restore", "--latest", "--as", "review");
  expect([copied.code, copied.output]).toEqual([0, expect.anything()]);
  const network = engine.getNetwork(`${project.prefix}-review`);
  const EndpointConfig = { Aliases: [s3.endpoint] };
  await network.connect({ Container: `${project.prefix}-s3`, EndpointConfig });

  await declare("review", ["/dev"]);
  const { output, code } = await npm("review", "preview");
  expect(output).toMatch(
    /s3:\/\/backups\/dev has the backups of the server that this one is a copy of\. Both have the system identifier \d+/,
  );
  expect(code).toBe(1);
});

test("a copy marks a repository of its own, which its original is refused", async () => {
  await declare("review", ["/review"]);
  expect((await npm("review", "up", "--yes", "--skip-preview")).code).toBe(0);
  await expect
    .poll(() => inContainer("review-backup", readId), patience)
    .toMatch(/^[0-9a-f-]{36}\n$/);
  expect(await inContainer("backup", readId)).toBe("");

  await declare("dev", ["/review"]);
  const { output, code } = await project.run("preview");
  expect(output).toContain("s3://backups/review has the backups of a copy of this server.");
  expect(code).toBe(1);
});

test("a copy that is recovered remains one, and uses its repositories", async () => {
  await expect.poll(() => inContainer("review-backup", info), patience).toContain('"type":"full"');
  const id = await inContainer("review-backup", readId);
  const words = ["restore", "--latest", "--repository", "2", "--replace", "hosterizer"];
  const restored = await npm("review", "db", ...words);
  expect([restored.code, restored.output]).toEqual([0, expect.anything()]);
  expect(await inContainer("review-postgresql", "cat /var/lib/postgresql/copy-id")).toBe(id);
  // Another declaration has the repositories tried again.
  await declare("review", ["/review", "/third"]);
  const { output, code } = await npm("review", "preview");
  expect(output).not.toContain("is a copy of");
  expect(code).not.toBe(1);
});
