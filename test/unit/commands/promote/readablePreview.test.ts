import { expect, test } from "vitest";

import { readablePreview } from "../../../../commands/promote/readablePreview";

test("what the refresh has read is left out, and what is too long is cut", () => {
  const printed = [
    "Previewing update (prod):",
    "~ pulumi:pulumi:Stack: (refresh)",
    "    --outputs:--",
    "\u001b[1m  pulumi:pulumi:Stack: (same)\u001b[0m",
    "    ~ Migrations: (update)",
    `      afterEach: "${"x".repeat(1000)}"`,
    "@ previewing update....",
    "Resources:",
  ].join("\n");
  const lines = readablePreview(printed).split("\n");
  expect(lines.map((line) => line.slice(0, 30))).toEqual([
    "  pulumi:pulumi:Stack: (same)",
    "    ~ Migrations: (update)",
    '      afterEach: "xxxxxxxxxxxx',
    "Resources:",
  ]);
  expect(lines[2]).toHaveLength(402);
});

test("a preview of another form is shown as it is", () => {
  expect(readablePreview("error: no\n")).toBe("error: no");
});
