import { afterEach, expect, test, vi } from "vitest";

import { comparedInputs } from "../../../../components/dynamic/comparedInputs";

afterEach(() => {
  vi.unstubAllEnvs();
});

const declared = { grants: ["new"], directory: "migrations", target: undefined, version: 10 };
const applied = { grants: ["old"], version: 9, drift: [] };

test("what is declared counts, unless what was applied is asked for", () => {
  expect(comparedInputs(applied, declared)).toBe(declared);
  vi.stubEnv("HOSTERIZER_DRIFT_AGAINST", "applied");
  expect(comparedInputs({}, declared)).toBe(declared);
});

test("what was applied counts where it is asked for, with the schema at its version", () => {
  vi.stubEnv("HOSTERIZER_DRIFT_AGAINST", "applied");
  expect(comparedInputs(applied, declared)).toEqual({
    grants: ["old"],
    directory: "migrations",
    version: 9,
    target: 9,
    drift: [],
  });
  expect(comparedInputs<object>({ grants: ["old"] }, { grants: ["new"] })).toEqual({
    grants: ["old"],
  });
});
