import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { corpus } from "../../attacks/corpus/index";

const page = join(__dirname, "../../../docs/isolation.md");
const [begin, end] = ["<!-- open attacks -->\n", "<!-- end of open attacks -->"];

/** The attacks that the guide's contract does not stop, by the reason, which says what to do instead. */
function renderOpen(): string {
  const open = Object.values(corpus)
    .flat()
    .flatMap(({ aim, gets }) =>
      typeof gets === "object" && "open" in gets ? [{ aim, gets }] : [],
    );
  const list = (its: typeof open) => {
    const aims = new Map<string, string[]>();
    for (const { aim, gets } of its) aims.set(gets.open, [...(aims.get(gets.open) ?? []), aim]);
    return [...aims].map(([reason, its]) => `- ${its.join("; ")}. Why: ${reason}.\n`).join("");
  };
  const contract = open.filter(({ gets }) => gets.signed !== undefined);
  const postgresql = open.filter(({ gets }) => gets.signed === undefined);
  return (
    `\nA session states its own identity. [Signed contexts](signed-context.md) stop all of these:\n\n${list(contract)}\n` +
    `PostgreSQL lets every role do these, in every mode:\n\n${list(postgresql)}\n`
  );
}

test("docs/isolation.md lists every attack of the corpus that nothing stops", () => {
  const text = readFileSync(page, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  const wanted = `${before}${begin}${renderOpen()}${after}`;
  if (process.env["UPDATE_DOCS"]) writeFileSync(page, wanted);
  else expect(text).toBe(wanted);
});
