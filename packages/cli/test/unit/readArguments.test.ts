import { expect, test } from "vitest";

import { readArguments } from "../../src/readArguments";

const read = (line: string) =>
  readArguments(
    { name: "up", description: "", yes: "do not ask" },
    line.split(" ").filter(Boolean),
  );

test.each([
  { line: "", stack: "local", yes: false, rest: [] },
  { line: "--stack dev", stack: "dev", yes: false, rest: [] },
  { line: "-s dev -y", stack: "dev", yes: true, rest: [] },
  {
    line: "--diff --target urn:a --stack=dev --parallel=2 --yes",
    stack: "dev",
    yes: true,
    rest: ["--diff", "--target", "urn:a", "--parallel=2"],
  },
])("`$line` means $stack, $yes, $rest", ({ line, ...meaning }) => {
  expect(read(line)).toMatchObject(meaning);
});

test("--yes is passed to Pulumi if the command itself asks nothing", () => {
  expect(readArguments({ name: "preview", description: "" }, ["--yes"]).rest).toEqual(["--yes"]);
});

test("the command's own options are not passed to Pulumi", () => {
  const description = { name: "destroy", description: "", options: { volume: "which" } };

  expect(readArguments(description, ["--diff", "--volume", "v", "--yes"])).toMatchObject({
    values: { volume: "v" },
    rest: ["--diff", "--yes"],
  });
  expect(readArguments(description, []).values).toEqual({ volume: undefined });
});

test("an option that may be given several times has a list of values", () => {
  const description = { name: "destroy", description: "", lists: { volume: "which" } };

  expect(readArguments(description, ["--volume", "a", "--yes", "--volume=b"])).toMatchObject({
    lists: { volume: ["a", "b"] },
    rest: ["--yes"],
  });
  expect(readArguments(description, []).lists).toEqual({ volume: [] });
});

test.each(["dev", "--diff=x dev", "--yes dev"])(
  "`%s` is refused: npm takes an option before --",
  (line) => {
    const description = { name: "destroy", description: "", yes: "do not ask" };
    expect(() => readArguments(description, line.split(" "))).toThrow(
      '"dev" is not an option of `npm run destroy`.\nOptions come after --',
    );
  },
);
