import { expect, test } from "vitest";

import { UserError } from "@hosterizer/postgres/userError";
import {
  confirmRemoval,
  isCounted,
  lastingVolumes,
  namedVolumes,
  removalHint,
} from "../../../src/commands/destroy";

const dev = { stack: "dev", isThere: true, volume: "hosterizer-dev-data", named: [] };
const both = ["hosterizer-dev-data", "hosterizer-dev-backup"];
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
  { answers: both, removal: { ...named, isThere: false }, goes: false },
  { answers: [], removal: { ...dev, isThere: false, volume: undefined }, goes: false },
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
    "--yes --volume hosterizer-dev-data --volume hosterizer-dev-backup",
  );
});

test("removes only volumes that are named, each by its own name", () => {
  expect([...namedVolumes("dev", ["hosterizer-dev-backup"], both)]).toEqual([
    "hosterizer-dev-backup",
  ]);
  expect([...namedVolumes("dev", [...both, ...both], both)]).toEqual(both);
  expect(namedVolumes("dev", [], both).size).toBe(0);
  expect(namedVolumes("local", [], []).size).toBe(0);
});

test.each([
  { known: both, told: "Name hosterizer-dev-data or hosterizer-dev-backup" },
  { known: [], told: "Leave --volume out" },
])("refuses a volume that is none of $known", ({ known, told }) => {
  const judge = () => namedVolumes("dev", ["hosterizer-prod-data"], known);

  expect(judge).toThrow(UserError);
  expect(judge).toThrow("Nothing was removed");
  expect(judge).toThrow(told);
});

test("says of each volume what is in it, and how to remove it by its name", () => {
  const volume = (name: string) => ({ name, size: 1 });
  const lasting = lastingVolumes("dev", {
    data: volume("hosterizer-dev-data-20261130-052308"),
    otherData: [volume("hosterizer-dev-data"), volume("hosterizer-dev-data-20261129-010203")],
    repository: volume("hosterizer-dev-backup"),
  });

  expect(lasting.map(({ subject, name }) => `${subject} in ${name}`)).toEqual([
    "The data is in hosterizer-dev-data-20261130-052308",
    "The data from before the first recovery is in hosterizer-dev-data",
    "The data of the recovery at 2026-11-29 01:02:03 UTC is in hosterizer-dev-data-20261129-010203",
    "The backups are in hosterizer-dev-backup",
  ]);
  expect(lasting.map(({ use }) => use !== undefined)).toEqual([true, false, false, true]);
  expect(removalHint("dev", lasting)).toBe(
    "To remove any of them, too, name it: npm run destroy -- --stack dev --volume NAME",
  );
  expect(removalHint("dev", lasting.slice(0, 1))).toBe(
    "To remove it, too: npm run destroy -- --stack dev --volume hosterizer-dev-data-20261130-052308",
  );
  expect(lastingVolumes("local", undefined)).toEqual([]);
});

test.each([
  { type: "pulumi:pulumi:Stack", name: "hosterizer-database-dev", counts: true },
  { type: "pulumi:providers:postgresql", name: "server", counts: true },
  { type: "pulumi:providers:pulumi-nodejs", name: "default", counts: false },
  { type: "pulumi:providers:docker", name: "default_4_8_0", counts: false },
  { type: "postgresql:index/role:Role", name: "default-reader", counts: true },
])("counts $type $name as Pulumi does: $counts", ({ type, name, counts }) => {
  const urn = `urn:pulumi:dev::hosterizer-database::${type}::${name}`;
  expect(isCounted({ type, urn })).toBe(counts);
});
