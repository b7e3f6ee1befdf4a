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
  { what: "passwords are generated", printed: /Password role-\S+ creating/ },
  { what: "the server is being started", printed: /EmbeddedServer server creating/, later: 1000 },
  { what: "roles are made", printed: /Role role-\S+ creating/ },
  { what: "migrations run", printed: /00000\d_\w+ …/ },
  { what: "tables get their policies", printed: /TenantPolicies \S+ creating/ },
];

test.each(moments)(
  "an up whose Pulumi is killed when $what is taken further by the next",
  (moment) => killFirstUp(project, moment, "Pulumi alone"),
);

test("the one that is left alone converges", () => proveThatUpConverges(project));
