import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { isSocketFolder } from "../../../src/backup/drill/embeddedThrowaway";

const folder = join(tmpdir(), "hosterizer-drill-0123456789ab");

test("the folder of a drill's socket is one that a drill has made", () => {
  expect(isSocketFolder(folder)).toBe(true);
});

test.each([
  `${tmpdir()}/.`,
  `${tmpdir()}/..`,
  // Through a symbolic link this is another folder.
  `${folder}/`,
  join(tmpdir(), "another"),
  join(tmpdir(), "hosterizer-drill-0123456789"),
  "/etc/hosterizer-drill-0123456789ab",
  "",
])("%s is none", (path) => {
  expect(isSocketFolder(path)).toBe(false);
});
