import { expect, test } from "vitest";

import { UserError } from "@hosterizer/postgres/userError";
import { confirmRemoval, namesVolume } from "../../../src/commands/destroy";

const dev = { stack: "dev", isThere: true, volume: "hosterizer-dev-data" };

/** A user who gives these answers, and the questions asked. */
function user(...answers: string[]) {
  const questions: string[] = [];
  const ask = (question: string) => {
    questions.push(question);
    return Promise.resolve(answers.shift() ?? "never asked");
  };
  return { ask, questions };
}

test.each([
  { answers: ["dev", "hosterizer-dev-data"], removal: dev, goes: true },
  { answers: ["dev", ""], removal: dev, goes: false },
  { answers: [" dev ", " "], removal: dev, goes: false },
  { answers: ["dev"], removal: { ...dev, volume: undefined }, goes: false },
  { answers: ["hosterizer-dev-data"], removal: { ...dev, isThere: false }, goes: true },
  { answers: [""], removal: { ...dev, isThere: false }, goes: false },
])(
  "with the answers $answers about $removal, the data is removed: $goes",
  async ({ answers, removal, goes }) => {
    const { ask, questions } = user(...answers);

    expect(await confirmRemoval(removal, ask)).toBe(goes);
    expect(questions).toHaveLength(answers.length);
  },
);

test.each([
  { answers: [""], what: "the stack's name" },
  { answers: ["prod"], what: "the stack's name" },
  { answers: ["dev", "dev"], what: "the volume's name" },
])("refuses $answers, which is not $what", async ({ answers, what }) => {
  await expect(confirmRemoval(dev, user(...answers).ask)).rejects.toThrow(
    `is not ${what}. Nothing was removed.`,
  );
});

test("without a terminal, it says how to destroy without questions, with or without the data", async () => {
  await expect(confirmRemoval(dev, undefined)).rejects.toThrow(
    "npm run destroy -- --stack dev --yes, and with its data: --volume hosterizer-dev-data",
  );
  await expect(confirmRemoval({ ...dev, volume: undefined }, undefined)).rejects.toThrow(/--yes$/);
});

test("removes the data only if its volume is named", () => {
  expect(namesVolume("dev", "hosterizer-dev-data", "hosterizer-dev-data")).toBe(true);
  expect(namesVolume("dev", undefined, "hosterizer-dev-data")).toBe(false);
  expect(namesVolume("local", undefined, undefined)).toBe(false);
});

test.each([
  { data: "hosterizer-dev-data", told: "Name hosterizer-dev-data" },
  { data: undefined, told: "Leave --volume out" },
])("refuses a volume other than $data", ({ data, told }) => {
  const judge = () => namesVolume("dev", "hosterizer-prod-data", data);

  expect(judge).toThrow(UserError);
  expect(judge).toThrow("Nothing was removed");
  expect(judge).toThrow(told);
});
