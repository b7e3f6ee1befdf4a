import fc from "fast-check";
import { expect, test } from "vitest";

import { locator } from "../../../src/sql/locate";

test("every place of a text has its line, its column in characters and its whole line", () => {
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
