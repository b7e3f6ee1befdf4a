import { expect, test } from "vitest";

import { UserError } from "@hosterizer/postgres/userError";
import { confirmRemoval, namesVolume } from "../../../src/commands/destroy";

const dev = { stack: "dev", isThere: true, volume: "hosterizer-dev-data", named: {} };
const both = { volume: "hosterizer-dev-data", backups: "hosterizer-dev-backup" };
/** The user has named both volumes on the command line. */
const named = { ...dev, volume: undefined, named: both };

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
  { answers: ["dev"], removal: named, goes: false },
  { answers: Object.values(both), removal: { ...named, isThere: false }, goes: false },
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

test("asks before it removes volumes that are named on the command line", async () => {
  const { ask, questions } = user("dev", "no");
  await confirmRemoval(named, ask);
  expect(questions).toEqual([
    "Type the stack's name, dev, to remove it with hosterizer-dev-data and hosterizer-dev-backup: ",
  ]);
  await expect(confirmRemoval({ ...named, isThere: false }, ask)).rejects.toThrow(
    '"no" is not the volume\'s name. Nothing was removed.',
  );
  expect(questions.at(-1)).toBe("Type the volume's name, hosterizer-dev-data, to remove it: ");
});

test("without a terminal, it says how to destroy without questions, with or without the data", async () => {
  await expect(confirmRemoval(dev, undefined)).rejects.toThrow(
    "npm run destroy -- --stack dev --yes, and with its data: --volume hosterizer-dev-data",
  );
  await expect(confirmRemoval({ ...dev, volume: undefined }, undefined)).rejects.toThrow(/--yes$/);
  await expect(confirmRemoval(named, undefined)).rejects.toThrow(
    "--yes --volume hosterizer-dev-data --backups hosterizer-dev-backup",
  );
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
