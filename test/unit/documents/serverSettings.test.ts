import { readFileSync, writeFileSync } from "node:fs";

import { expect, test } from "vitest";

import { renderSettingsPage } from "../../serverSettings/renderSettingsPage";

const page = "docs/server-settings.md";

test(`${page} is generated from the server's settings`, async () => {
  const text = readFileSync(page, "utf8");
  const wanted = await renderSettingsPage(text);
  if (process.env["UPDATE_DOCS"] !== undefined) writeFileSync(page, wanted);

  // To regenerate it: UPDATE_DOCS=1 npm test -- --project unit test/unit/documents/serverSettings.test.ts
  expect(readFileSync(page, "utf8")).toBe(wanted);
});

test.each(["mandatory", "default", "memory", "rules"])(`${page} has the table %s once`, (name) => {
  expect(readFileSync(page, "utf8").split(`<!-- table: ${name} -->`)).toHaveLength(2);
});
