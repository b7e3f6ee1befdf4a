import { expect, test } from "vitest";

import {
  findConflicts,
  isLeftBehind,
  mayAdopt,
  type OwnObjects,
} from "../../../../src/server/external/findConflicts";

const owner = "hosterizer_owner";
const claim = { stack: "prod", database: "hosterizer", owner, deployRole: "deploy" };
const empty = {
  actsAsOwner: true,
  database: null,
  roles: [],
  ownedDatabases: [],
  schemas: [],
  unrecorded: [],
};
const ours = { encoding: "UTF8", collation: "C", ctype: "C", owner };

type Found = Parameters<typeof findConflicts>[0];

const own = (roles: string[] = [], databases: string[] = []): OwnObjects => ({
  roles: new Set(roles),
  databases: new Set(databases),
});
const judge = (found: Partial<Found>, its = own()) =>
  findConflicts({ ...empty, ...found }, its, claim);
const subjects = (found: Partial<Found>, its = own()) =>
  judge(found, its).map(({ subject }) => subject);

const everything: Found = {
  actsAsOwner: true,
  database: ours,
  roles: ["app_user", owner],
  ownedDatabases: ["hosterizer"],
  schemas: [{ name: "monitoring", owner }],
  unrecorded: [],
};

test("finds nothing in an empty server, nor in what the state has", () => {
  expect(judge({})).toEqual([]);
  expect(judge(everything, own(["app_user", owner], ["hosterizer"]))).toEqual([]);
});

test("names all roles, the database and its schemas at once, and how to adopt them", () => {
  expect(judge(everything)).toEqual([
    {
      level: "refusal",
      subject: "roles app_user, hosterizer_owner",
      fault: "exist already, and the state of stack prod does not have them",
      remedy: expect.stringContaining("npm run up -- --stack prod --adopt hosterizer") as string,
    },
    {
      level: "refusal",
      subject: "database hosterizer",
      fault:
        "exists already, and the state of stack prod does not have it; it belongs to hosterizer_owner, and has the schema monitoring",
      remedy: expect.stringContaining("--adopt hosterizer") as string,
    },
  ]);
});

test("names the other stack's database, and does not offer to adopt its roles", () => {
  const [finding, ...others] = judge({
    roles: ["app_user", owner],
    ownedDatabases: ["hosterizer_staging"],
  });
  expect(finding?.fault).toContain("hosterizer_owner owns the database hosterizer_staging");
  expect(finding?.remedy).not.toContain("--adopt");
  expect(others).toEqual([]);
});

test("names a single foreign role among roles of this stack", () => {
  expect(subjects({ roles: ["app_user", owner] }, own([owner]))).toEqual(["role app_user"]);
});

test("does not offer to adopt a database that the deploy role cannot give to the owner", () => {
  const foreign = { ...ours, owner: "postgres" };
  const [finding] = judge({ database: foreign });
  expect(finding?.remedy).toContain("docs/operate.md, Dump and load");
  expect(finding?.remedy).not.toContain("--adopt");
  expect(mayAdopt(foreign, claim)).toBe(false);
  expect(mayAdopt({ ...ours, owner: "deploy" }, claim)).toBe(true);
});

test("recognizes a database that the stack left behind by its owner", () => {
  const its = own([owner, "app_user"], ["another"]);
  expect(judge(everything, its)).toEqual([]);
  expect(isLeftBehind(everything, its, claim)).toBe(true);
  expect(isLeftBehind(everything, own(), claim)).toBe(false);
  expect(isLeftBehind(everything, own([owner], ["hosterizer"]), claim)).toBe(false);
});

test("names a schema of another owner in the stack's own database, with the statement that changes the owner", () => {
  const schemas = [
    { name: "monitoring", owner: "postgres" },
    { name: "pooler", owner },
  ];
  const [finding, ...others] = judge(
    { ...everything, schemas },
    own([...everything.roles], ["hosterizer"]),
  );
  expect(finding).toMatchObject({
    subject: "schema monitoring",
    fault: "belongs to postgres, but should belong to hosterizer_owner",
    remedy: expect.stringContaining(
      'alter schema "monitoring" owner to "hosterizer_owner"',
    ) as string,
  });
  expect(others).toEqual([]);
});

test("names the statement that makes a deploy role a member of the owner", () => {
  const its = own([...everything.roles], ["hosterizer"]);
  expect(judge({ ...everything, actsAsOwner: false }, its)).toEqual([
    {
      level: "refusal",
      subject: "role deploy",
      fault:
        "is not a member of hosterizer_owner, which owns the database hosterizer, so it cannot connect to it",
      remedy: 'Run as deploy, or as a superuser: grant "hosterizer_owner" to "deploy"',
    },
  ]);
});

test("names tables without a recorded migration, except in the stack's own database, where the migrations name them", () => {
  const found = { ...everything, unrecorded: ["public.sites", "public.users"] };
  expect(judge(found).at(-1)?.fault).toContain("public.sites, public.users");
  expect(judge(found, own([...everything.roles], ["hosterizer"]))).toEqual([]);
});
