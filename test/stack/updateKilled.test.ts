import { afterAll, beforeAll, test } from "vitest";

import { proveThatUpConverges } from "./killedUps";
import { killFirstUp, type Moment } from "./killFirstUp";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

// In the order of an update: each comes only once what the kill before has left is put right.
const moments: readonly Moment[] = [
  { what: "before anything is made", printed: /Updating \(local\)/ },
  {
    what: "while the server is initialised",
    printed: /EmbeddedServer server creating/,
    later: 300,
  },
  { what: "when the database is made", printed: /Database database creating/ },
  { what: "when the migrations begin", printed: /Migrations schema creating/ },
  { what: "when privileges are granted", printed: /Grant access-\S+ creating/ },
];

test.each(moments)("an up killed with its terminal $what, is taken further by the next", (moment) =>
  killFirstUp(project, moment, "the whole command"),
);

test("the one that is left alone converges", () => proveThatUpConverges(project));
