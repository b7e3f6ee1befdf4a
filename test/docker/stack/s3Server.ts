import { createRequire } from "node:module";
import { dirname } from "node:path";

import { expect } from "vitest";

import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { engine } from "../engine";
import { TestContainer } from "../testContainer";

const load = createRequire(import.meta.url);

/** A server of S3 over TLS, in a stack's network, with a bucket `backups`. */
export interface S3Server {
  container: TestContainer;
  /** Its name in the network; the certificate is issued for it. */
  endpoint: string;
  port: number;
  /** PEM of the authority that has signed the certificate. */
  authority: string;
  /** The only access key that it knows. It takes any secret key. */
  accessKey: string;
}

/** While this file is in the container, the server hands out no object. */
const refusal = "/tmp/refused";

/** The program in the container. s3rver leaves out folders that have nothing but folders: what S3 lists of each is counted here. */
const program = `
  const { existsSync, readFileSync } = require("node:fs");
  const S3rver = require("/node/node_modules/s3rver");
  const S3Error = require("/node/node_modules/s3rver/lib/models/error");
  const file = (name) => readFileSync("/node/" + name);
  const server = new S3rver({
    ...{ address: "0.0.0.0", port: 9000, silent: true, directory: "/tmp/s3", vhostBuckets: false },
    ...{ cert: file("s3.crt"), key: file("s3.key"), configureBuckets: [{ name: "backups" }] },
  });
  const list = server.store.listObjects.bind(server.store);
  server.store.listObjects = async (bucket, { delimiter = "", maxKeys, ...options }) => {
    const { objects } = await list(bucket, options);
    const folders = new Set();
    const start = options.prefix?.length ?? 0;
    const direct = objects.filter(({ key }) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, start);
      if (end >= 0) folders.add(key.slice(0, end + 1));
      return end < 0;
    });
    return { objects: direct, commonPrefixes: [...folders].sort(), isTruncated: false };
  };
  const get = server.store.getObject.bind(server.store);
  server.store.getObject = (...asked) => {
    if (existsSync("${refusal}")) throw new S3Error("AccessDenied", "It is refused.");
    return get(...asked);
  };
  server.run().then(() => console.log("listening"));
`;

/** Starts it in a container with the prefix of a stack, which is removed with the stack. */
export async function startS3(prefix: string): Promise<S3Server> {
  const endpoint = "s3.test";
  const now = new Date();
  const authority = await makeAuthority("test of S3", now);
  const request = { commonName: endpoint, hosts: [endpoint], usage: "server" } as const;
  const { certificate, privateKey } = await issueCertificate(authority, request, now);
  const modules = dirname(dirname(load.resolve("s3rver/package.json")));
  const made = await engine.createContainer({
    name: `${prefix}-s3`,
    Image: "node:24-bookworm-slim",
    Cmd: ["node", "-e", program],
    HostConfig: { NetworkMode: prefix, Binds: [`${modules}:/node/node_modules:ro`] },
    NetworkingConfig: { EndpointsConfig: { [prefix]: { Aliases: [endpoint] } } },
  });
  const container = new TestContainer(made);
  await container.put("/node", { "s3.crt": certificate, "s3.key": privateKey });
  await container.start();
  while (!(await container.logs()).includes("listening")) {
    const { State } = await container.inspect();
    if (!State.Running) throw new Error(`S3 does not run: ${await container.logs()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { container, endpoint, port: 9000, authority: authority.certificate, accessKey: "S3RVER" };
}

/** Has the server refuse to hand out objects, or hand them out again. */
export async function refuse({ container }: S3Server, refuses: boolean): Promise<void> {
  await container.succeed(refuses ? "touch" : "rm", refusal);
}

/** Takes the server out of a stack's network, which could not be removed otherwise. */
export async function leaveNetwork({ container }: S3Server, prefix: string): Promise<void> {
  await engine.getNetwork(prefix).disconnect({ Container: container.id });
}

/** Puts the server into a stack's network, as soon as an update has made that. */
export async function joinNetwork(
  { container, endpoint }: S3Server,
  prefix: string,
): Promise<void> {
  const network = engine.getNetwork(prefix);
  await expect
    .poll(() => ifExists(network.inspect()), { timeout: 120_000, interval: 100 })
    .toBeDefined();
  await network.connect({ Container: container.id, EndpointConfig: { Aliases: [endpoint] } });
}
