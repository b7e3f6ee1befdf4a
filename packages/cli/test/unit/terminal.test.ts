import { afterEach, expect, test, vi } from "vitest";

import { paint } from "../../src/db/screen/terminal";
import { print, say } from "../../src/terminal";

afterEach(() => {
  vi.restoreAllMocks();
});

test("the styles of a screen reach the terminal, and nothing else that is a command to it", () => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => written.push(String(text)) > 0);
  const { title, label, warning, success, failure } = paint(true);
  const styled = [title, label, warning, success, failure].map((style) => style("ok")).join(" ");

  print(`${styled} \u001b[2J\u001b[8m\u001b]0;owned\u0007\n`);
  say(`${styled} \u001b[2J`);

  const shown = styled + String.raw` \u001b[2J`;
  expect(written).toEqual([`${shown}${String.raw`\u001b[8m\u001b]0;owned\u0007`}\n`, `${shown}\n`]);
});
