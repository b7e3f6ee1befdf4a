import { Readable } from "node:stream";

import { containerArchive } from "@hosterizer/offline-plugins/docker/containerFiles";
import { engine } from "../engine";

const dockerfile = `
FROM debian:bookworm-slim
COPY commands/ /usr/local/bin/
RUN mkdir -p /etc/postgresql/15/main
`;

/** A minimum of Debian's commands for PostgreSQL: a server that is ready once it runs. */
const commands = {
  pg_conftool: `echo "$@" > /etc/postgresql/15/main/settings`,
  pg_ctlcluster: `trap 'exit 0' TERM INT
touch /run/ready
while :; do sleep 0.2; done`,
  pg_isready: `[ -e /run/ready ]`,
};

/** Builds an image with the commands that the recorded container runs. */
export async function buildStandIn(tag: string): Promise<void> {
  const files = Object.entries(commands).map(([name, body]) => ({
    path: `commands/${name}`,
    content: `#!/bin/bash\n${body}\n`,
    mode: 0o755,
  }));
  const context = [{ path: "Dockerfile", content: dockerfile, mode: 0o644 }, ...files];
  const archive = Readable.from([await containerArchive(context, new Date(0))]);
  const output = await engine.buildImage(archive, {
    t: tag,
    rm: true,
    forcerm: true,
  });
  await new Promise<void>((done, fail) => {
    engine.modem.followProgress(output, (error: Error | null) => {
      if (error === null) done();
      else fail(error);
    });
  });
}
