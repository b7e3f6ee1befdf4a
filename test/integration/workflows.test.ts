import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";
import { expect, test } from "vitest";

const folder = ".github/workflows";
const workflows = readdirSync(folder).map((name) => join(folder, name));

/** Keys whose values are patterns of files in the repository, one a line. */
const patternKeys = /^ *(?:cache-dependency-path|paths):\s*(.+)$/gm;

test.each(workflows)("the patterns in %s each name a file of the repository", async (workflow) => {
  const text = readFileSync(workflow, "utf8");
  const patterns = Array.from(text.matchAll(patternKeys), ([, pattern = ""]) => pattern);
  for (const [, path = ""] of text.matchAll(/hashFiles\('([^']+)'\)/g)) patterns.push(path);

  const missing: string[] = [];
  for (const pattern of patterns) {
    const { stdout } = await execa("git", ["ls-files", "--", pattern]);
    if (stdout === "") missing.push(pattern);
  }
  expect(missing).toEqual([]);
});
