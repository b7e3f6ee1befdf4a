import { expect, test } from "vitest";

import { buildIgnore } from "../../../src/docker/buildContext";

const paths = ["README.md", "a1.txt", "docs/en/x.md", "src/a.ts", "src/b.test.ts", "w$x"];

// Docker's own client kept the same files, for each of these.
test.each([
  { lines: [], left: paths },
  {
    lines: ["# src", "", "  docs/  "],
    left: ["README.md", "a1.txt", "src/a.ts", "src/b.test.ts", "w$x"],
  },
  { lines: ["*.md"], left: ["a1.txt", "docs/en/x.md", "src/a.ts", "src/b.test.ts", "w$x"] },
  {
    lines: ["**/*.md", "!README.md"],
    left: ["README.md", "a1.txt", "src/a.ts", "src/b.test.ts", "w$x"],
  },
  { lines: ["*", "!src/**", "src/*.test.ts"], left: ["src/a.ts"] },
  { lines: ["!src/a.ts", "src"], left: ["README.md", "a1.txt", "docs/en/x.md", "w$x"] },
  { lines: ["/docs/../src", "w$x"], left: ["README.md", "a1.txt", "docs/en/x.md"] },
  {
    lines: ["a[0-9].txt", "src/?.ts"],
    left: ["README.md", "docs/en/x.md", "src/b.test.ts", "w$x"],
  },
  {
    lines: ["docs/**/x.md", "."],
    left: ["README.md", "a1.txt", "src/a.ts", "src/b.test.ts", "w$x"],
  },
])("$lines leave $left", ({ lines, left }) => {
  const { ignores } = buildIgnore(lines.join("\n"), []);

  expect(paths.filter((path) => !ignores(path))).toEqual(left);
});

test("keeps what the builder needs", () => {
  const { ignores } = buildIgnore("**", ["docker/Dockerfile"]);

  expect([ignores("docker/Dockerfile"), ignores("docker/other")]).toEqual([false, true]);
});

test.each([
  ["node_modules", "node_modules", true],
  ["node_modules\n!node_modules/x/y", "node_modules", false],
  ["node_modules\n!node_modules/x/y", "node_modules/z", true],
  ["src/*.ts", "src", false],
])("with %j, all of %s is excluded: %s", (text, folder, all) => {
  expect(buildIgnore(text, []).ignoresAllWithin(folder)).toBe(all);
});
