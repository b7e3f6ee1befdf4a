import { buffer } from "node:stream/consumers";

import type Dockerode from "dockerode";

import { ifExists } from "@hosterizer/docker-engine/engineResponses";

/** Runs a program in a container that runs, as its own user, and waits for its end, whatever that is. */
export async function runInside(
  container: Dockerode.Container,
  command: readonly string[],
): Promise<void> {
  const { State } = (await ifExists(container.inspect())) ?? {};
  if (State?.Running !== true) return;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
  });
  await buffer(await exec.start({}));
}
