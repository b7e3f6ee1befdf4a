import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { yaml as library } from "@hosterizer/cli/stack/configuration";

const pages = readdirSync("docs").filter((file) => file.endsWith(".md"));

/** Every block of YAML in the documents, with its page. */
const blocks = pages.flatMap((page) => {
  const text = readFileSync(`docs/${page}`, "utf8");
  const found = text.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms);
  return Array.from(found, ([, indent = "", yaml = ""]) => ({
    page,
    yaml: yaml.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
});

test("the documents have blocks of YAML", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(5);
});

test.each(blocks)("a block of $page can be pasted into Pulumi.<stack>.yaml: $yaml", ({ yaml }) => {
  const { config, ...rest } = library().parse(yaml) as { config?: Record<string, unknown> };
  expect(rest).toEqual({});
  const keys = Object.keys(config ?? {});
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => !key.startsWith("hosterizer-database:"))).toEqual([]);
});
