import { expect, test } from "vitest";

import { checkDrift } from "../../../../components/dynamic/drift";
import { makeProvider, refuse } from "../../../../components/dynamic/provider";

interface Inputs {
  name: string;
  size: number;
  note: string;
}

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const declared: Inputs = { name: "a", size: 1, note: "" };

const difference = {
  kind: "resource",
  object: "disk a",
  expected: "1",
  actual: "2",
  repair: "automatic",
} as const;

const provider = makeProvider<Inputs, Inputs, Inputs & { made: number }>({
  id: ({ name }) => `disk ${name}`,
  compared: ({ name, size }) => [name, size],
  replacedBy: "name",
  isIntact: ({ made }) => made > 0,
  check: checkDrift(
    () => Promise.resolve([difference]),
    ({ size }) => size,
  ),
  apply: (inputs, before) => Promise.resolve({ ...inputs, made: (before?.made ?? 0) + 1 }),
});

test.each([
  { what: "the same inputs", olds: {}, news: {}, diff: { changes: false } },
  {
    what: "an input that is not compared",
    olds: {},
    news: { note: "n" },
    diff: { changes: false },
  },
  { what: "an input that is compared", olds: {}, news: { size: 2 }, diff: { changes: true } },
  { what: "drift", olds: {}, news: { drift: ["a line"] }, diff: { changes: true } },
  { what: "no drift", olds: {}, news: { drift: [], pending: [] }, diff: { changes: false } },
  { what: "something pending", olds: {}, news: { pending: ["000001_a"] }, diff: { changes: true } },
  { what: "drift in the state", olds: { drift: ["a line"] }, news: {}, diff: { changes: false } },
  { what: "outputs of no use", olds: { made: 0 }, news: {}, diff: { changes: true } },
  {
    what: "another object",
    olds: {},
    news: { name: "b" },
    diff: { changes: true, replaces: ["name"] },
  },
])("$what: $diff", async ({ olds, news, diff }) => {
  const outputs = { ...declared, made: 1, ...olds };
  expect(await provider.diff("disk a", outputs, { ...declared, ...news })).toEqual(diff);
});

test("an update gets the result of the last one", async () => {
  const { id, outs } = await provider.create(declared);
  expect({ id, outs }).toEqual({ id: "disk a", outs: { ...declared, made: 1 } });
  expect(await provider.update(id, outs, declared)).toEqual({ outs: { ...declared, made: 2 } });
});

test("an object stays when its resource is deleted, unless the type says otherwise", async () => {
  const deleted = provider.delete("disk a", { ...declared, made: 1 });
  await expect(deleted).resolves.toBeUndefined();
});

test.each([
  { what: "nothing of a new resource", olds: {}, news: {}, drift: [] },
  {
    what: "nothing while what it needs is unknown",
    olds: declared,
    news: { size: unknown },
    drift: [],
  },
  {
    what: "drift while another input is unknown",
    olds: declared,
    news: { note: unknown },
    drift: ["disk a: found 2, expected 1"],
  },
])("check reports $what", async ({ olds, news, drift }) => {
  const inputs = { ...declared, ...news } as Inputs;
  expect(await provider.check(olds, inputs)).toEqual({ inputs: { ...inputs, drift } });
});

test("a refusal names no property, whose value Pulumi would show before the reasons", () => {
  expect(refuse(["a is too large.", "b is missing."])).toEqual({
    failures: [
      { property: "", reason: "\na is too large." },
      { property: "", reason: "\nb is missing." },
    ],
  });
});
