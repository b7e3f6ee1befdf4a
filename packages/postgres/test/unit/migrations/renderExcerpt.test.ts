import { describe, expect, test } from "vitest";

import { locate } from "../../../src/sql/locate";
import { renderExcerpt } from "../../../src/migrations/renderExcerpt";

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
