import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { Client, credentials } from "@grpc/grpc-js";
import { GetSchemaRequest, type GetSchemaResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { bundlePlugin, plugins } from "../../../src/setUp/setUpPlugins";

let folder: string;

beforeAll(async () => {
  // A folder without packages, so that the bundle must contain them all.
  folder = await mkdtemp(join(tmpdir(), "hosterizer-bundle-"));
});

afterAll(() => rm(folder, { recursive: true }));

test.each(plugins)("the plugin $name is one file that needs no other", async (plugin) => {
  const file = join(folder, `${plugin.name}.js`);

  const sources = await bundlePlugin(plugin, file);

  expect(sources).toContainEqual(
    expect.stringMatching(`packages/offline-plugins/src/${plugin.name}/main.ts`),
  );
  expect(await serves(file)).toMatchObject({ name: plugin.name, version: plugin.version });
  const { size } = await stat(file);
  expect(size).toBeLessThan(8 * 2 ** 20);
});

/** Starts the bundle as Pulumi would, and asks what it serves. */
async function serves(file: string): Promise<unknown> {
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = ResourceProviderService.getSchema;
    const response = await new Promise<GetSchemaResponse | undefined>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        new GetSchemaRequest(),
        (error, answer) => {
          if (error === null) resolve(answer);
          else reject(new Error(error.details));
        },
      );
    });
    client.close();
    return JSON.parse(response?.getSchema() ?? "{}");
  } finally {
    child.kill();
  }
}
