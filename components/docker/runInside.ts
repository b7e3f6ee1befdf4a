import { buffer } from "node:stream/consumers";

import type Dockerode from "dockerode";

import { ifThere } from "@hosterizer/cli/dockerStack/ifThere";

/** Runs a program in a container that runs, as its own user, and waits for its end, whatever that is. */
export async function runInside(
  container: Dockerode.Container,
  command: readonly string[],
): Promise<void> {
  const { State } = (await ifThere(container.inspect())) ?? {};
  if (State?.Running !== true) return;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
  });
  await buffer(await exec.start({}));
}
