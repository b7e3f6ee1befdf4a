import { expect, test } from "vitest";

import { faultOfGoVersion } from "../../../src/setUp/buildWithGo";

test.each(["go1.26.6", "go1.26.8", "go1.27rc1", "go2.0.0"])(
  "%s builds what needs 1.26.6",
  (answer) => {
    expect(faultOfGoVersion("1.26.6", answer)).toBeUndefined();
  },
);

test("names a Go that is too old", () => {
  expect(faultOfGoVersion("1.26.6", "go1.25.9")).toBe(
    "Go 1.26.6 or later is needed to build Pulumi. Here: go1.25.9",
  );
});

test("passes on Go's own message if it may not download a newer version", () => {
  const refusal =
    "go: downloading go1.26.6\ngo: go.mod requires go >= 1.26.6 (running go 1.24.1; GOTOOLCHAIN=local)";

  expect(faultOfGoVersion("1.26.6", refusal)).toContain("running go 1.24.1; GOTOOLCHAIN=local");
});
