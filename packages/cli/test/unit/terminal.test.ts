import { afterEach, expect, test, vi } from "vitest";

import { paint } from "../../src/db/screen/terminal";
import { lateProgress, print, say } from "../../src/terminal";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("progress names no step of a short command, and each step of a longer one", () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
  vi.useFakeTimers();
  const progress = lateProgress((table: string) => `loading ${table}`);
  progress("public.users");
  vi.advanceTimersByTime(1_000);
  progress("public.sites");
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1_500);
  progress("public.customers");
  progress("public.deployments");

  expect(written).toEqual(
    ["users", "sites", "customers", "deployments"].map((name) => `loading public.${name} …\n`),
  );
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
