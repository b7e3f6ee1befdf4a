import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { locate, locator, renderExcerpt } from "../../../src/sql/locate";

test("every position in a text has its line number, its column in characters and the whole line", () => {
  const texts = fc
    .array(fc.constantFrom("a", "é", "😀", "\t", "\n"), { maxLength: 30 })
    .map((characters) => characters.join(""));
  fc.assert(
    fc.property(texts, (text) => {
      const find = locator(text);
      let offset = 0;
      for (const [index, line] of text.split("\n").entries()) {
        let column = 1;
        for (const character of Array.from(`${line}\n`)) {
          expect(find(offset)).toEqual({ line: index + 1, column, text: line });
          offset += character.length;
          column++;
        }
      }
    }),
  );
});

const columnOfCaret = (excerpt: string) => {
  const [line = "", caret = ""] = excerpt.split("\n");
  return { under: Array.from(line)[caret.indexOf("^")], width: Array.from(line).length };
};

describe("an excerpt", () => {
  test.each([
    { source: "select x", offset: 7, line: 1, column: 8 },
    { source: "a\nb\n\nxc", offset: 5, line: 4, column: 1 },
    { source: "a\n\t\tx", offset: 4, line: 2, column: 3 },
    { source: "/* 😀é */ x\n", offset: 10, line: 1, column: 10 },
  ])("of $source at $offset has its caret under the x", ({ source, offset, line, column }) => {
    const location = locate(source, offset);
    expect(location).toMatchObject({ line, column });
    expect(columnOfCaret(renderExcerpt(location)).under).toBe("x");
  });

  test("cuts a long line around its caret", () => {
    const source = `${"a".repeat(5000)}x${"b".repeat(5000)}`;
    const { under, width } = columnOfCaret(renderExcerpt(locate(source, 5000)));
    expect(under).toBe("x");
    expect(width).toBeLessThan(120);
  });
});
