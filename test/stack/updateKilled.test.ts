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

// In the order of an update: it reaches each moment only after it has repaired what the previous kill left.
const moments: readonly Moment[] = [
  { what: "before anything is created", printed: /Updating \(local\)/ },
  {
    what: "while the server is initialised",
    printed: /EmbeddedServer server creating/,
    later: 300,
  },
  { what: "while the database is created", printed: /Database database creating/ },
  { what: "while migrations begin", printed: /Migrations schema creating/ },
  { what: "while privileges are granted", printed: /Grant access-\S+ creating/ },
];

test.each(moments)("the next up continues after up is killed with its terminal $what", (moment) =>
  killFirstUp(project, moment, "the whole command"),
);

test("an uninterrupted up converges", () => proveThatUpConverges(project));
