import { beforeAll, expect, test } from "vitest";

import { makeServer } from "../../../components/server";
import { extensions, schemas } from "../../../database/extensions";
import { grants } from "../../../database/grants";
import { owner, roles } from "../../../database/roles";
import { tenancy } from "../../../database/tenancy";
import type { VolumeFile } from "../../../components/dynamic/containerFiles";
import { readSettings } from "../../../components/settings";
import { dockerNames } from "@hosterizer/cli/dockerStack/dockerObjects";
import { type Recorded, record } from "./record";

let recorded: Map<string, Recorded>;

beforeAll(async () => {
  recorded = await record(async () => {
    const { instance, makePooler } = await makeServer(docker(), "dev", accessOf());
    makePooler?.(instance.provider);
  });
});

const inputsOf = (name: string) => recorded.get(name)?.inputs ?? {};
const containers = ["Container server", "Container pooler", "Container backup"];

test("a stack in Docker has a server, a pooler and backups, each with what it needs", () => {
  const names = [...recorded.keys()].filter((name) => !name.startsWith("Pulumi"));
  expect(names.sort()).toEqual(
    [
      "AuthorityCertificate server-authority",
      "Backup backup",
      "BackupKey backup-key",
      "BuiltImage backup-image",
      "BuiltImage pooler-image",
      "BuiltImage server-image",
      "Certificate pooler-certificate",
      "Certificate pooler-client-certificate",
      "Certificate server-certificate",
      "CertificateAuthority server-authority",
      "CertificateFile server-authority",
      "Container backup",
      "Container pooler",
      "Container server",
      "ContainerFiles backup-files",
      "ContainerFiles pooler-files",
      "ContainerFiles server-backup-files",
      "ContainerFiles server-files",
      "ContainerRestart backup-restart",
      "ContainerRestart pooler-restart",
      "ContainerRestart server-restart",
      "ContainerTrial pooler-trial",
      "ContainerTrial server-trial",
      "DockerInstance server",
      "Network server",
      "Password server-superuser",
      "Pooler pooler",
      "RemoteImage backup-image",
      "RemoteImage pooler-image",
      "RemoteImage server-image",
      "RepositoryTrial server-repositories",
      "ServerSettings server",
      "Volume backup-drill",
      "Volume pooler-configuration",
      "Volume server-backup-configuration",
      "Volume server-configuration",
      "Volume server-data",
      "Volume server-repository",
      "Volume server-socket",
      "postgresql server",
    ].sort(),
  );
});

test("everything has the name that the commands look for", () => {
  const names = dockerNames({ dockerName: "hosterizer-dev" });
  const named = (...resources: string[]) => resources.map((name) => inputsOf(name)["name"]);
  expect(named(...containers).sort()).toEqual([...names.containers].sort());
  expect(named("Container backup")).toEqual([names.backup]);
  expect(named("Network server")).toEqual([names.network]);
  const configuration = [
    ...["server-configuration", "pooler-configuration", "server-backup-configuration"],
    ...["server-socket", "backup-drill"],
  ];
  expect(named(...configuration.map((name) => `Volume ${name}`))).toEqual(names.configuration);
  expect(named("Volume server-backup-configuration")).toEqual([names.backupConfiguration]);
  expect(named("Volume server-data", "Volume server-repository")).toEqual([
    names.data,
    names.repository,
  ]);
  const tags = named(...["server", "pooler", "backup"].map((name) => `RemoteImage ${name}-image`));
  expect(tags.map((tag) => String(tag).replace(/:.*/, ""))).toEqual(names.images);
});

test("images are built on the digests of the configuration", async () => {
  const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
  const baseImages = {
    "debian:bookworm-slim": digest("a"),
    "debian:trixie-slim": digest("b"),
    "node:24-bookworm-slim": digest("c"),
  };
  const pinned = await record(async () => {
    const { settings } = read({
      "hosterizer-database:instance": "docker",
      "hosterizer-database:baseImages": JSON.stringify(baseImages),
    });
    const { instance, makePooler } = await makeServer(settings, "dev", accessOf());
    makePooler?.(instance.provider);
  });
  const image = (name: string) => pinned.get(`RemoteImage ${name}-image`)?.inputs;
  const builds = ["server", "pooler", "backup"].map((name) => image(name)?.["build"]);

  expect(builds).toMatchObject([
    { buildArgs: { DEBIAN: `debian:bookworm-slim@${digest("a")}` } },
    { buildArgs: { DEBIAN: `debian:trixie-slim@${digest("b")}` } },
    { buildArgs: { NODE: `node:24-bookworm-slim@${digest("c")}` } },
  ]);
  expect(image("server")?.["name"]).toMatch(/-aaaaaaaaaaaa$/);
  expect(inputsOf("RemoteImage server-image")["name"]).not.toBe(image("server")?.["name"]);
});

test.each(containers)("%s has only the rights that it needs", (name) => {
  const { memory, ...inputs } = inputsOf(name);
  expect(inputs).toMatchObject({
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memorySwap: memory,
    restart: "unless-stopped",
  });
  for (const way of [
    "uploads",
    "envs",
    "command",
    "entrypoints",
    "labels",
    "privileged",
    "user",
    "mounts",
  ]) {
    expect(inputs).not.toHaveProperty(way);
  }
});

test.each(["Container server", "Container pooler"])(
  "%s is published only at the configured address",
  (name) => {
    const [internal, external] = name === "Container server" ? [5432, 5433] : [6432, 6432];
    expect(inputsOf(name)["ports"]).toEqual([{ internal, external, ip: "127.0.0.1" }]);
  },
);

test("the server's configuration is in files, its keys and verifier are readable only for it, and the data is in a separate volume", () => {
  const files = inputsOf("ContainerFiles server-files")["files"] as VolumeFile[];
  expect(files.map(({ file, owner, mode }) => [file, owner, mode.toString(8)])).toEqual([
    ["postgresql.conf", 0, "644"],
    ["pg_hba.conf", 0, "644"],
    ["pg_ident.conf", 0, "644"],
    ["server.crt", 0, "644"],
    ["server.key", 5432, "600"],
    ["ca.crt", 0, "644"],
    ["superuser.scram", 5432, "600"],
  ]);
  expect(inputsOf("Container server")["volumes"]).toEqual([
    { volumeName: "hosterizer-dev-data", containerPath: "/var/lib/postgresql" },
    {
      volumeName: "hosterizer-dev-postgresql-configuration",
      containerPath: "/etc/hosterizer",
      readOnly: true,
    },
    { volumeName: "hosterizer-dev-backup", containerPath: "/var/lib/pgbackrest" },
    {
      volumeName: "hosterizer-dev-backup-configuration",
      containerPath: "/etc/pgbackrest",
      readOnly: true,
    },
    { volumeName: "hosterizer-dev-socket", containerPath: "/run/hosterizer" },
  ]);
});

test("the container that takes backups reads the data, writes to the repository, and publishes nothing", () => {
  expect(inputsOf("Container backup")).not.toHaveProperty("ports");
  expect(inputsOf("Container backup")["volumes"]).toEqual([
    {
      volumeName: "hosterizer-dev-backup-configuration",
      containerPath: "/etc/pgbackrest",
      readOnly: true,
    },
    { volumeName: "hosterizer-dev-data", containerPath: "/var/lib/postgresql", readOnly: true },
    { volumeName: "hosterizer-dev-backup", containerPath: "/var/lib/pgbackrest" },
    { volumeName: "hosterizer-dev-socket", containerPath: "/run/hosterizer" },
    { volumeName: "hosterizer-dev-drill", containerPath: "/var/lib/hosterizer-drill" },
  ]);
  const filesOf = (name: string) =>
    (inputsOf(`ContainerFiles ${name}`)["files"] as VolumeFile[]).map(({ file, owner, mode }) => [
      ...[file, owner, mode.toString(8)],
    ]);
  expect(filesOf("server-backup-files")).toEqual([["pgbackrest.conf", 5432, "600"]]);
  expect(filesOf("backup-files")).toEqual([["scheduler.json", 0, "644"]]);
});

test.each(["server", "pooler"])("the trial of the %s equals its future container", (name) => {
  const container = inputsOf(`Container ${name}`);
  const {
    container: called,
    image,
    memory,
    shmSize,
    tmpfs,
    ...trial
  } = inputsOf(`ContainerTrial ${name}-trial`);
  expect({ name: called, image, memory, shmSize }).toEqual({
    ...{ name: container["name"], image: container["image"], memory: container["memory"] },
    shmSize: container["shmSize"],
  });
  // It has empty folders in place of what the container shares.
  expect(tmpfs).toMatchObject(container["tmpfs"] as object);
  expect(container).toMatchObject({
    networksAdvanced: [{ name: trial["network"] }],
    ports: [trial["port"]],
    capabilities: trial["capabilities"],
    securityOpts: trial["securityOpts"],
    logDriver: trial["logDriver"],
    logOpts: trial["logOpts"],
  });
  const { volume, path, files } = inputsOf(`ContainerFiles ${name}-files`);
  expect(trial).toMatchObject({ configuration: path, files });
  expect(container["volumes"]).toContainEqual({
    volumeName: volume,
    containerPath: path,
    readOnly: true,
  });
});

test("clients verify the server, and so does the program", () => {
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

test("the pooler logs in by certificate as the role that may look up verifiers", () => {
  expect(inputsOf("Certificate pooler-client-certificate")).toMatchObject({
    commonName: "app_pooler",
    hosts: [],
    usage: "client",
  });
});

test("a stack without Docker has none of these resources", async () => {
  const local = await record(async () => {
    const { settings } = read({ "hosterizer-database:instance": "embedded" });
    expect(await makeServer(settings, "local", accessOf())).not.toHaveProperty("makePooler");
  });
  expect([...local.values()].filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
});

function accessOf() {
  const lookup = { owner: "o", role: "p", authenticator: "a" };
  return { owner, roles, schemas, extensions, grants, tenancy, databaseSettings: [], lookup };
}

function docker() {
  return read({ "hosterizer-database:instance": "docker" }).settings;
}

function read(configuration: Record<string, string>) {
  const result = readSettings(configuration, "dev");
  if ("faults" in result) throw new Error("the settings are at fault");
  return result;
}
