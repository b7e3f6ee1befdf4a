import { expect, test } from "vitest";

import type { ContainerRestartInputs } from "../../../../components/dynamic/containerRestart";
import { provider } from "../../../../components/dynamic/containerRestartProvider";

const { check, diff } = provider;

const before: ContainerRestartInputs = {
  container: "cafe",
  name: "it",
  written: "2026-11-28T12:00:00.000Z",
  patience: 60,
};
const later = "2026-11-28T13:00:00.000Z";

test.each([
  {
    what: "files that were written since",
    now: { written: later },
    drift: [
      "container it: found started with others, expected started with its files as declared: it is restarted",
    ],
  },
  {
    what: "another container, which was made with them",
    now: { written: later, container: "beef" },
    drift: [],
  },
])("$what: a change", async ({ now, drift }) => {
  const { inputs } = await check(before, { ...before, ...now });
  expect(inputs).toEqual({ ...before, ...now, drift });
  if (inputs === undefined) throw new Error("check has told nothing");
  expect(await diff("it", before, inputs)).toMatchObject({ changes: true });
});
