import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { corpus } from "../../attacks/corpus";

const page = join(__dirname, "../../../docs/isolation.md");
const [begin, end] = ["<!-- open attacks -->\n", "<!-- end of open attacks -->"];

/** Those that nothing stops, under the reason, which says what to do instead. */
function renderOpen(): string {
  const aims = new Map<string, string[]>();
  for (const { aim, gets } of Object.values(corpus).flat()) {
    if (typeof gets !== "object" || !("open" in gets)) continue;
    aims.set(gets.open, [...(aims.get(gets.open) ?? []), aim]);
  }
  const items = [...aims].map(([reason, its]) => `- ${its.join("; ")}. Why: ${reason}.\n`);
  return `\n${items.join("")}\n`;
}

test("docs/isolation.md lists every attack that nothing stops, as the corpus has it", () => {
  const text = readFileSync(page, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  const wanted = `${before}${begin}${renderOpen()}${after}`;
  if (process.env["UPDATE_DOCS"]) writeFileSync(page, wanted);
  else expect(text).toBe(wanted);
});
