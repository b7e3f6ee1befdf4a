import { createRequire } from "node:module";
import { dirname } from "node:path";

import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";
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

/** The program in the container. s3rver leaves out folders that have nothing but folders: what S3 lists of each is counted here. */
const program = `
  const { readFileSync } = require("node:fs");
  const S3rver = require("/node/node_modules/s3rver");
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
  await start(container);
  return { container, endpoint, port: 9000, authority: authority.certificate, accessKey: "S3RVER" };
}

/** Starts the server again, with everything that it has stored. */
export async function start(container: TestContainer): Promise<void> {
  await container.start();
  while (!(await container.logs("last start")).includes("listening")) {
    const { State } = await container.inspect();
    if (!State.Running) throw new Error(`S3 does not run: ${await container.logs()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
