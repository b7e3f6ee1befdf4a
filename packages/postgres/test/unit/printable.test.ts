import { expect, test } from "vitest";

import { describeDifference } from "../../src/convergence/difference";
import { printable, printableLine } from "../../src/printable";

const commands: readonly [what: string, text: string, shown: string][] = [
  ["a colour", "\u001b[31mred", "\\u001b[31mred"],
  ["a cleared screen", "\u001b[2J\u001b[H", "\\u001b[2J\\u001b[H"],
  ["a title of the window", "\u001b]0;title\u0007", "\\u001b]0;title\\u0007"],
  ["the same in one byte", "\u009b31m", "\\u009b31m"],
  ["a line that is written again", "refused\rallowed", "refused\\u000dallowed"],
  ["a deletion", "no\u0008\u0008yes\u007f", "no\\u0008\\u0008yes\\u007f"],
  ["a turned direction", "user\u202egpj.exe", "user\\u202egpj.exe"],
  ["other lines", "one\u2028two\u2029three", "one\\u2028two\\u2029three"],
];

test.each(commands)("%s is shown, not obeyed", (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("letters of all scripts, lines and tabs stay", () => {
  const text = "Grüße, 日本語, 🙂 👩‍👩‍👧, שלום\n\tselect 1";
  expect(printable(text)).toBe(text);
  expect(printableLine(text)).toBe("Grüße, 日本語, 🙂 👩‍👩‍👧, שלום\\n\\tselect 1");
});

test("JSON keeps its values", () => {
  const value = { name: "\u001b[2J\u007f\u009b \u202e" };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});

test("a difference names what is in the database as it can be shown", () => {
  const line = describeDifference({
    ...{ kind: "policy added", object: 'policy "\u001b[2J" on public.sites' },
    ...{ expected: null, actual: "USING (name <> '\u009b')", repair: "automatic" },
  });
  expect(line).toBe(
    String.raw`policy "\u001b[2J" on public.sites is not declared, found USING (name <> '\u009b')`,
  );
});
