import { beforeAll, expect, test } from "vitest";

import { makeServer } from "../../server";
import { readSettings } from "../../settings";
import { dockerNames } from "../../toolchain/dockerStack/dockerNames";
import { type Recorded, record } from "./components/record";

let recorded: Map<string, Recorded>;

beforeAll(async () => {
  recorded = await record(() => {
    const { instance, pool } = makeServer(docker(), "dev");
    pool?.(instance.provider);
  });
});

const inputsOf = (name: string) => recorded.get(name)?.inputs ?? {};
const containers = ["Container server", "Container pooler"];

test("a stack in Docker has a server and a pooler, each with what it needs", () => {
  const names = [...recorded.keys()].filter((name) => !name.startsWith("Pulumi"));
  expect(names.sort()).toEqual(
    [
      "AuthorityCertificate server-authority",
      "BuiltImage pooler-image",
      "BuiltImage server-image",
      "Certificate pooler-certificate",
      "Certificate pooler-client-certificate",
      "Certificate server-certificate",
      "CertificateAuthority server-authority",
      "CertificateFile server-authority",
      "Container pooler",
      "Container server",
      "DockerInstance server",
      "Network server",
      "Password server-superuser",
      "Pooler pooler",
      "RemoteImage pooler-image",
      "RemoteImage server-image",
      "ServerSettings server",
      "Volume pooler-configuration",
      "Volume server-configuration",
      "Volume server-data",
      "postgresql server",
    ].sort(),
  );
});

test("everything has the name that the commands look for it by", () => {
  const { containers, network, configuration, data, images } = dockerNames("hosterizer-dev");
  const named = (...resources: string[]) => resources.map((name) => inputsOf(name)["name"]);
  expect(named("Container server", "Container pooler")).toEqual(containers);
  expect(named("Network server")).toEqual([network]);
  expect(named("Volume server-configuration", "Volume pooler-configuration")).toEqual(
    configuration,
  );
  expect(named("Volume server-data")).toEqual([data]);
  const tags = named("RemoteImage server-image", "RemoteImage pooler-image");
  expect(tags.map((tag) => String(tag).replace(/:.*/, ""))).toEqual(images);
});

test.each(containers)("%s may do nothing but its work", (name) => {
  const { memory, ...inputs } = inputsOf(name);
  expect(inputs).toMatchObject({
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memorySwap: memory,
    restart: "unless-stopped",
  });
  for (const way of ["envs", "command", "entrypoints", "labels", "privileged", "user", "mounts"]) {
    expect(inputs).not.toHaveProperty(way);
  }
});

test.each(containers)("%s is published where the settings say, and nowhere else", (name) => {
  const [internal, external] = name === "Container server" ? [5432, 5433] : [6432, 6432];
  expect(inputsOf(name)["ports"]).toEqual([{ internal, external, ip: "127.0.0.1" }]);
});

test("what the server must be is uploaded, keys and verifier too, and the data is in a volume of its own", () => {
  const { uploads, volumes } = inputsOf("Container server");
  expect((uploads as { file: string }[]).map(({ file }) => file)).toEqual(
    [
      "postgresql.conf",
      "pg_hba.conf",
      "pg_ident.conf",
      "server.crt",
      "server.key",
      "ca.crt",
      "superuser.scram",
    ].map((file) => `/etc/hosterizer/${file}`),
  );
  expect(volumes).toContainEqual({
    volumeName: "hosterizer-dev-data",
    containerPath: "/var/lib/postgresql",
  });
});

test("clients make sure of the server, the program too", () => {
  const tls = { sslmode: "verify-full", sslrootcert: ".hosterizer/dev/ca.pem" };
  expect(inputsOf("postgresql server")).toMatchObject(tls);
  expect(inputsOf("ServerSettings server")["connection"]).toMatchObject({
    ...tls,
    database: "postgres",
  });
  expect(inputsOf("Certificate server-certificate")).toMatchObject({
    hosts: ["127.0.0.1", "hosterizer-dev-postgresql", "localhost"],
    usage: "server",
  });
});

test("the pooler comes by certificate as the role that may look passwords up", () => {
  expect(inputsOf("Certificate pooler-client-certificate")).toMatchObject({
    commonName: "app_pooler",
    hosts: [],
    usage: "client",
  });
});

test("a stack without Docker has nothing of it", async () => {
  const local = await record(() => {
    const { settings } = read({ "hosterizer-database:instance": "embedded" });
    expect(makeServer(settings, "local")).not.toHaveProperty("pool");
  });
  expect([...local.values()].filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
});

function docker() {
  return read({ "hosterizer-database:instance": "docker" }).settings;
}

function read(configuration: Record<string, string>) {
  const result = readSettings(configuration, "dev");
  if ("faults" in result) throw new Error("the settings are at fault");
  return result;
}
