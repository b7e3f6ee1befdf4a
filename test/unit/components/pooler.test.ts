import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";

import { Pooler } from "../../../components/pooler";
import { instance } from "./instance";
import { type Recorded, record } from "./record";

let recorded: Map<string, Recorded>;

const key = (of: string) => ({
  certificate: `certificate of ${of}`,
  privateKey: pulumi.secret(`key of ${of}`),
});

beforeAll(async () => {
  recorded = await record(() => {
    new Pooler("pooler", {
      prefix: "hosterizer-dev",
      image: "sha256:cafe",
      network: "a network",
      server: { host: "hosterizer-dev-postgresql", port: 5432 },
      certificates: { server: key("server"), client: key("client"), authority: "authority" },
      role: "app_pooler",
      database: "hosterizer",
      poolSize: 10,
      publish: { address: "127.0.0.1", port: 6432 },
      host: "127.0.0.1",
      after: instance().provider,
    });
  });
});

const container = () => recorded.get("Container pooler")?.inputs ?? {};
// A value that contains a secret is passed as a secret as a whole.
const files = () => {
  const { files: given } = recorded.get("ContainerFiles pooler-files")?.inputs ?? {};
  const { value } = given as { value: { file: string; content: unknown }[] };
  return new Map(value.map(({ file, content }) => [file, content]));
};

test("consists only of a container and the volume of its configuration with its files", () => {
  const names = [...recorded.keys()].filter((name) => !/^(postgresql|Pooler) /.test(name));
  expect(names.sort()).toEqual([
    "Container pooler",
    "ContainerFiles pooler-files",
    "ContainerRestart pooler-restart",
    "ContainerTrial pooler-trial",
    "Volume pooler-configuration",
  ]);
});

test("has only the rights that it needs, and restarts by itself", () => {
  expect(container()).toMatchObject({
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    restart: "unless-stopped",
  });
  expect(container()).not.toHaveProperty("envs");
  expect(container()).not.toHaveProperty("labels");
});

test("is published only at the configured address", () => {
  expect(container()["ports"]).toEqual([{ internal: 6432, external: 6432, ip: "127.0.0.1" }]);
});

test("gets its settings, its list of users, and three certificates with two keys", () => {
  expect([...files().keys()].sort()).toEqual([
    "ca.crt",
    "client.crt",
    "client.key",
    "pgbouncer.ini",
    "server.crt",
    "server.key",
    "users.txt",
  ]);
  expect(files().get("pgbouncer.ini")).toContain("default_pool_size = 10\n");
  expect(files().get("client.crt")).toBe("certificate of client");
});
