import { expect, test } from "vitest";

import { faultOfGoVersion } from "../../../src/setUp/buildWithGo";

test.each(["go1.26.6", "go1.26.8", "go1.27rc1", "go2.0.0"])(
  "%s builds what needs 1.26.6",
  (answer) => {
    expect(faultOfGoVersion("1.26.6", answer)).toBeUndefined();
  },
);

test("an older Go is named", () => {
  expect(faultOfGoVersion("1.26.6", "go1.25.9")).toBe(
    "Go 1.26.6 or later is needed to build Pulumi. Here: go1.25.9",
  );
});

test("what Go says itself is passed on where it may not fetch a newer one", () => {
  const refusal =
    "go: downloading go1.26.6\ngo: go.mod requires go >= 1.26.6 (running go 1.24.1; GOTOOLCHAIN=local)";

  expect(faultOfGoVersion("1.26.6", refusal)).toContain("running go 1.24.1; GOTOOLCHAIN=local");
});
