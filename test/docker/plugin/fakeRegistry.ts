import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { containerArchive } from "@hosterizer/offline-plugins/docker/containerFiles";

/** A registry with one image. */
export interface FakeRegistry {
  /** `127.0.0.1:port`, which engines trust without TLS. */
  address: string;
  /** Digest of every image's manifest. */
  digest: string;
  close: () => void;
}

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar",
};

/**
 * Serves an image of one file under every name and tag, to the extent that a pull needs.
 *
 * https://distribution.github.io/distribution/spec/api/
 */
export async function fakeRegistry(): Promise<FakeRegistry> {
  const layer = await containerArchive(
    [{ path: "file", content: "pulled", mode: 0o644 }],
    new Date(0),
  );
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: types.layer, size: layer.length, digest: digestOf(layer) }],
    }),
  );
  const blobs = new Map([layer, config].map((blob) => [digestOf(blob), blob]));
  const server = createServer(({ url = "" }, response) => {
    const name = url.split("/").at(-1) ?? "";
    const isManifest = url.includes("/manifests/");
    const body = isManifest ? manifest : (blobs.get(name) ?? Buffer.from("{}"));
    response.setHeader("Content-Type", isManifest ? types.manifest : "application/octet-stream");
    response.setHeader("Docker-Content-Digest", digestOf(body));
    response.setHeader("Content-Length", body.length);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    digest: digestOf(manifest),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
