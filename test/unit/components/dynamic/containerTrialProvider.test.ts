import { expect, test } from "vitest";

import type { ContainerTrialInputs } from "../../../../components/dynamic/containerTrial";
import { provider } from "../../../../components/dynamic/containerTrialProvider";

const { check, diff } = provider;

const before: ContainerTrialInputs = {
  container: "it",
  image: "sha256:cafe",
  network: "net",
  port: { internal: 1, external: 2, ip: "127.0.0.1" },
  configuration: "/a",
  files: [{ file: "a", content: "a", owner: 0, mode: 0o600 }],
  data: "/data",
  tmpfs: { "/tmp": "size=1m" },
  capabilities: { drops: ["ALL"] },
  securityOpts: [],
  logDriver: "json-file",
  logOpts: {},
  memory: 64,
  patience: 60,
};
/** Pulumi adds its own note to both. */
const noted = <T extends object>(inputs: T) => ({ ...inputs, __provider: "…" });

const others: Partial<ContainerTrialInputs>[] = [
  { container: "other" },
  { image: "sha256:beef" },
  { network: "other" },
  { port: { internal: 1, external: 3, ip: "127.0.0.1" } },
  { configuration: "/b" },
  { files: [{ file: "a", content: "b", owner: 0, mode: 0o600 }] },
  { data: "/other" },
  { tmpfs: { "/tmp": "size=2m" } },
  { securityOpts: ["seccomp=unconfined"] },
  { memory: 65 },
  { shmSize: 1 },
];

test.each(others)("a changed %o is tried", async (other) => {
  const { inputs } = await check(before, { ...before, ...other });
  if (inputs === undefined) throw new Error("check has told nothing");
  expect(await diff("it", noted(before), noted(inputs))).toEqual({ changes: true });
});

test("what was tried is not tried again", async () => {
  expect(await diff("it", noted(before), { ...before })).toEqual({ changes: false });
});
