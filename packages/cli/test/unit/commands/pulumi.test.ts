import { expect, test } from "vitest";

import { configurationTarget, namedStack } from "../../../src/commands/pulumi";

test.each([
  { line: "up --stack dev", stack: "dev" },
  { line: "up --stack=dev --yes", stack: "dev" },
  { line: "-s dev preview", stack: "dev" },
  { line: "preview -sdev", stack: "dev" },
  { line: "up", stack: undefined },
  { line: "up -- --stack dev", stack: undefined },
  { line: "up --show-sames", stack: undefined },
])("`pulumi $line` names the stack $stack", ({ line, stack }) => {
  expect(namedStack(line.split(" "))).toBe(stack);
});

test.each([
  { line: "config set port 5433", target: "tracked" },
  { line: "config rm port --stack dev", target: "tracked" },
  { line: "config set --secret password", target: "merged" },
  { line: "config", target: "merged" },
  { line: "config get password", target: "merged" },
  { line: "up --stack local", target: "merged" },
])("`pulumi $line` works on the $target file", ({ line, target }) => {
  expect(configurationTarget(line.split(" "))).toBe(target);
});
