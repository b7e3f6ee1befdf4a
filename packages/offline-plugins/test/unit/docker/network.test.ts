import { expect, test } from "vitest";

import { network } from "../../../src/docker/network";
import type { DockerSession } from "../../../src/docker/session";

const refusal = (statusCode: number, message: string) =>
  Object.assign(new Error(message), { statusCode });

/** Deletes a network whose engine refuses with each of these errors, in this order, and reports no attached container. */
async function deleteWith(...refusals: Error[]): Promise<number> {
  let asked = 0;
  const found = {
    remove: () => {
      const refused = refusals[asked++];
      return refused === undefined ? Promise.resolve() : Promise.reject(refused);
    },
    inspect: () => Promise.resolve({ Containers: {} }),
  };
  const engine = { getNetwork: () => found };
  const session = { engine, cancelled: new AbortController().signal } as unknown as DockerSession;
  await network.delete(session, {}, "id");
  return asked;
}

test("removes a network whose last container disappears just after the engine refused", async () => {
  const inUse = refusal(403, "error while removing network: network n has active endpoints");
  expect(await deleteWith(inUse)).toBe(2);
});

test("does not wait if a network cannot be removed for another reason", async () => {
  const builtIn = refusal(403, "bridge is a pre-defined network and cannot be removed");
  await expect(deleteWith(builtIn)).rejects.toThrow("pre-defined");
});
