import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { engineEnvironment } from "../../../../src/server/dockerEngine/engineAddress";
import { findEngine } from "../../../../src/server/dockerEngine/findEngine";

let home: string;
/** Replaces /var/run/docker.sock; plain files suffice, because no one connects to them. */
let usual: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "hosterizer-engine-"));
  usual = join(home, "docker.sock");
  await write("docker.sock");
  await write("run/docker.sock");
  await write("certs/ca.pem");
  await write("certs/cert.pem");
  await write("certs/key.pem");
  await write("lone/cert.pem");
  await write("lone/ca.pem");
  await write("empty/nothing");
  await write(".docker/config.json", JSON.stringify({ auths: {}, currentContext: "team" }));
  await writeContext(".docker", "team", { Host: "ssh://build" });
  await writeContext(".docker", "secure", { Host: "tcp://engine" });
  await writeContext(".docker", "lax", { Host: "tcp://engine", SkipTLSVerify: true });
  await write(`.docker/contexts/tls/${digest("secure")}/docker/ca.pem`);
  await write("gone/config.json", JSON.stringify({ currentContext: "gone" }));
  await write("broken/config.json", "{");
  await writeContext("broken", "odd", { Address: "ssh://build" });
});

afterAll(() => rm(home, { recursive: true, force: true }));

const folders = { HOME: "$", XDG_RUNTIME_DIR: "$/run" };

test.each([
  [{ DOCKER_HOST: "tcp://a:1", DOCKER_CONTEXT: "secure" }, { url: "tcp://a:1" }],
  [{ DOCKER_HOST: "tcp://a:1" }, { source: "DOCKER_HOST", port: 1 }],
  [{ DOCKER_HOST: "unix://" }, { path: "$/docker.sock" }],
  [{ DOCKER_CONTEXT: "secure" }, { source: 'Docker context "secure"', host: "engine", port: 2376 }],
  [{ DOCKER_CONTEXT: "lax" }, { tls: { verify: false } }],
  [{ DOCKER_CONTEXT: "default" }, { path: "$/docker.sock", source: "Docker's usual socket" }],
  [{}, { kind: "ssh", host: "build", source: 'Docker context "team"' }],
  [{ DOCKER_HOST: "", DOCKER_CONTEXT: "" }, { host: "build" }],
  [{ DOCKER_CONFIG: "$/empty" }, { path: "$/docker.sock" }],
])("with %o it is %o", (environment, address) => {
  expect(findEngine(inHome({ ...folders, ...environment }), usual)).toMatchObject(inHome(address));
});

test.each([
  [
    { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "$/certs" },
    { verify: true, ca: "$/certs/ca.pem" },
  ],
  [{ DOCKER_TLS: "1", DOCKER_CERT_PATH: "$/certs" }, { verify: false }],
])("with %o the connection is encrypted: %o", (environment, tls) => {
  const address = findEngine(inHome({ ...folders, DOCKER_HOST: "tcp://a", ...environment }), usual);

  const client = { cert: "$/certs/cert.pem", key: "$/certs/key.pem" };
  expect(address).toMatchObject(inHome({ port: 2376, tls: { ...tls, client } }));
});

test("uses the context's authority, and no client certificate if there is none", () => {
  const ca = `$/.docker/contexts/tls/${digest("secure")}/docker/ca.pem`;

  const address = findEngine(inHome({ ...folders, DOCKER_CONTEXT: "secure" }), usual);

  expect(address).toHaveProperty("tls", inHome({ verify: true, ca }));
});

test("uses the rootless engine if the usual socket is missing, and says so", () => {
  const environment = inHome({ ...folders, DOCKER_CONFIG: "$/empty" });

  expect(findEngine(environment, join(home, "none.sock"))).toMatchObject({
    path: join(home, "run", "docker.sock"),
    source: `the rootless engine, as there is no ${home}/none.sock`,
  });
});

test.each([
  [{ DOCKER_CONTEXT: "nowhere" }, 'DOCKER_CONTEXT: there is no Docker context "nowhere".'],
  [{ DOCKER_CONFIG: "$/gone" }, '$/gone/config.json: there is no Docker context "gone".'],
  [{ DOCKER_CONFIG: "$/broken" }, "$/broken/config.json: it cannot be read as Docker's config"],
  [
    { DOCKER_CONFIG: "$/broken", DOCKER_CONTEXT: "odd" },
    `Docker context "odd": $/broken/contexts/meta/${digest("odd")}/meta.json cannot be read as`,
  ],
  [{ DOCKER_HOST: "ftp://a" }, 'DOCKER_HOST: "ftp://a" is not the address of a Docker engine'],
  [
    { DOCKER_HOST: "tcp://a", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "$/empty" },
    "DOCKER_CERT_PATH: there is no ca.pem in $/empty.",
  ],
  [
    { DOCKER_HOST: "tcp://a", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "$/lone" },
    "DOCKER_CERT_PATH: there is no key.pem in $/lone, only cert.pem.",
  ],
])("with %o it says: %s", (environment, message) => {
  const find = () => findEngine(inHome({ ...folders, ...environment }), usual);

  expect(find).toThrow(inHome(message));
  expect(find).toThrow(expect.objectContaining({ name: "UserError" }));
});

test.each([
  {},
  { DOCKER_CONTEXT: "secure" },
  { DOCKER_CONTEXT: "lax" },
  { DOCKER_CONTEXT: "default" },
  { DOCKER_HOST: "tcp://[fd00::1]:2400" },
  { DOCKER_HOST: "tcp://a", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "$/certs" },
])("is also found with %o in DOCKER_HOST and similar variables", (environment) => {
  const { source, ...address } = findEngine(inHome({ ...folders, ...environment }), usual);

  const again = findEngine({ HOME: "/nonexistent", ...engineEnvironment({ source, ...address }) });

  expect({ ...again, url: "" }).toEqual({ ...address, source: "DOCKER_HOST", url: "" });
});

/** `$` is the home folder, whose name is known only when the tests run. */
function inHome<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll("$", home)) as T;
}

function digest(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

async function writeContext(folder: string, name: string, docker: object): Promise<void> {
  const file = `${folder}/contexts/meta/${digest(name)}/meta.json`;
  await write(file, JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }));
}

async function write(path: string, text = ""): Promise<void> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
