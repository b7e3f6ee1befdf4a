import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";
import { parse } from "yaml";

import { pins } from "../../src/pins";

interface ProjectFile {
  name: string;
  runtime: { options: { nodeargs: string } };
}

test("the pinned versions are those of package.json, go.mod and Pulumi.yaml", async () => {
  const text = (path: string) => readFile(path, "utf8");
  const { dependencies } = JSON.parse(await text("package.json")) as {
    dependencies: Record<string, string>;
  };
  const project = parse(await text("Pulumi.yaml")) as ProjectFile;
  const { pulumiModule, languageHostModule } = pins;

  expect(pins.pulumi).toBe(dependencies["@pulumi/pulumi"]);
  expect(pins.postgresqlPlugin).toBe(dependencies["@pulumi/postgresql"]);
  expect(pins.dockerPlugin).toBe(dependencies["@pulumi/docker"]);
  expect(pins.project).toBe(project.name);
  expect(pins.nodeArguments).toBe(project.runtime.options.nodeargs);
  expect(await text("packages/cli/src/setUp/go/pulumi/go.mod")).toContain(
    `require ${pulumiModule.module} ${pulumiModule.version}\n`,
  );
  expect(await text("packages/cli/src/setUp/go/language-nodejs/go.mod")).toContain(
    `require ${languageHostModule.module} ${languageHostModule.version}\n`,
  );
});
