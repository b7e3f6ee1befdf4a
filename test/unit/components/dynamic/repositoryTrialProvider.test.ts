import { expect, test } from "vitest";

import { lostBackups, readTrial } from "../../../../components/dynamic/repositoryTrialProvider";

const [own, other] = ["7000000000000000001", "7000000000000000002"];
const repository = (number: number) => ({
  ...{ number, key: 0, place: `s3://bucket/${number}` },
  declaration: `backup.repositories[${number - 1}]`,
});

/** What pgBackRest says of a repository. @param id the system identifier; undefined: it is empty */
const info = (number: number, id?: string) =>
  JSON.stringify([
    {
      ...{ name: "hosterizer", backup: [], archive: [] },
      status: { code: 2, message: "no valid backups" },
      repo: [{ key: number, status: { code: id === undefined ? 1 : 2, message: "" } }],
      db: id === undefined ? [] : [{ "repo-key": number, "system-id": "id" }],
    },
  ]).replace('"id"', id ?? "");

/** What the trial prints. @param lists of each repository: what pgBackRest says, and the ID of its copy */
const printed = (server: string, copy: string, ...lists: [text: string, copy: string][]) =>
  [`${server}\n`, copy, ...lists.flatMap(([text, id]) => [`${text}\n`, `${id}\n`])].join("----\n");
const told = (...args: Parameters<typeof readTrial>) =>
  readTrial(...args).faults.map(({ message }) => message);

test.each([
  { what: "an original its own", server: own, copy: "", id: own, mark: "" },
  { what: "a copy its own", server: own, copy: "a\n", id: own, mark: "a" },
  { what: "an original an empty one", server: own, copy: "", id: undefined, mark: "" },
  { what: "a copy an empty one", server: own, copy: "a\n", id: undefined, mark: "" },
  { what: "a server without data an empty one", server: "", copy: "", id: undefined, mark: "" },
])("gives $what repository", ({ server, copy, id, mark }) => {
  expect(told(printed(server, copy, [info(1, id), mark]), [repository(1)])).toEqual([]);
});

test.each([
  { copy: "a\n", mark: "", whose: "the server that this one is a copy of" },
  { copy: "", mark: "a", whose: "a copy of this server" },
  { copy: "a\n", mark: "b", whose: "another copy of the same server" },
])("refuses the backups of $whose", ({ copy, mark, whose }) => {
  const lists = printed(own, copy, [info(1), ""], [info(2, own), mark]);
  const [fault, ...others] = told(lists, [repository(1), repository(2)]);
  expect(fault).toContain(
    `s3://bucket/2 has the backups of ${whose}. Both have the system identifier ${own}`,
  );
  expect(others).toEqual([]);
});

test("refuses the backups of another server, and those of one that is lost unless they are named", () => {
  const another = `has the backups of another server (system identifier ${other}; this one's is ${own})`;
  expect(told(printed(own, "", [info(1, other), ""]), [repository(1)])[0]).toContain(another);
  const lost = printed("", "", [info(1, other), "a"], [info(2, other), "a"]);
  const both = [repository(1), repository(2)];
  expect(told(lost, both)[0]).toContain("and the new one would be another");
  expect(told(lost, both)).toHaveLength(2);
  expect(told(lost, both, "s3://bucket/2")).toEqual([]);
});

test("refuses a repository that does not answer, in pgBackRest's words", () => {
  const lists = printed(own, "", ["ERROR: [103]: no answer", ""], ["", ""]);
  const [first, second] = told(lists, [repository(1), repository(2)]);
  expect(first).toContain("s3://bucket/1 cannot be used: ERROR: [103]: no answer");
  expect(second).toContain("s3://bucket/2 cannot be used: pgbackrest said nothing");
});

test.each([
  { key: 2, says: "key 2 does not open the backups in s3://bucket/1: they were made with another" },
  { key: 0, says: "the backups in s3://bucket/1 are encrypted, and encryption is off for it." },
])("says how the backups are encrypted where key $key does not open them", ({ key, says }) => {
  const words = "ERROR: [031]: [CryptoError] unable to flush";
  const [fault] = told(printed(own, "", [words, ""]), [{ ...repository(1), key }]);
  expect(fault).toContain(`backup.repositories[0]: ${says}`);
  expect(fault).toContain("hosterizer-database:backupKey");
});

test("tells of a repository that had this server's backups and is empty, and of no new one", () => {
  const lists = printed(own, "", [info(1), ""], [info(2, own), ""], [info(3), ""]);
  const both = [repository(1), repository(2), repository(3)];
  expect(lostBackups(readTrial(lists, both).empty, [repository(1), repository(2)])).toEqual([
    "warning: s3://bucket/1 had this server's backups and is empty: no moment before now can be recovered from it.",
  ]);
});
