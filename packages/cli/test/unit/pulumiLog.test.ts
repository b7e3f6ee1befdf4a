import { rmSync, statSync } from "node:fs";

import { afterEach, expect, test, vi } from "vitest";

import { folders } from "../../src/folders";
import { privateLog } from "../../src/pulumiLog";

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folders.logs, { recursive: true, force: true });
});

test.each([
  { args: ["up", "--debug"], environment: {}, says: "--debug prints the passwords" },
  { args: ["up", "-d"], environment: {}, says: "--debug prints the passwords" },
  { args: ["up", "--debug=true"], environment: {}, says: "--debug prints the passwords" },
  {
    args: ["up"],
    environment: { PULUMI_OPTION_DEBUG: "true" },
    says: "PULUMI_OPTION_DEBUG prints",
  },
  { args: ["up", "-v=3", "--logtostderr"], environment: {}, says: "--logtostderr prints" },
])("$args with $environment is refused", ({ args, environment, says }) => {
  expect(() => privateLog(args, environment)).toThrow(says);
});

test.each([
  { args: ["up", "-v=3"], environment: {} },
  { args: ["up", "-v3"], environment: {} },
  { args: ["up", "--verbose", "9"], environment: {} },
  { args: ["up"], environment: { PULUMI_OPTION_VERBOSE: "3" } },
])("the log of $args with $environment is for its owner alone", ({ args, environment }) => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);

  expect(privateLog(args, environment)).toEqual({ TMPDIR: folders.logs });
  expect(statSync(folders.logs).mode & 0o777).toBe(0o700);
});

test.each([
  { args: ["up", "--diff", "--debug=false"], environment: {} },
  { args: ["up"], environment: { PULUMI_OPTION_DEBUG: "false" } },
])("$args with $environment asks for no log", ({ args, environment }) => {
  expect(privateLog(args, environment)).toEqual({});
});
