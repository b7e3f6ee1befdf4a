import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const folders = ["test", ...readdirSync("packages").map((name) => join("packages", name, "test"))];
const files = folders
  .flatMap((folder) => ["unit", "integration"].map((kind) => join(folder, kind)))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  )
  .filter((file) => file.endsWith(".test.ts") && /^vi\.mock\(/m.test(readFileSync(file, "utf8")));

// One process runs file after file of these kinds, and a module that an earlier one has loaded stays as it is.
test.each(files)("%s loads again what it replaces", (file) => {
  expect(readFileSync(file, "utf8")).toContain("vi.resetModules()");
});
