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
  { what: "passwords are generated", printed: /Password role-\S+ creating/ },
  { what: "the server is being started", printed: /EmbeddedServer server creating/, later: 1000 },
  { what: "roles are created", printed: /Role role-\S+ creating/ },
  { what: "migrations run", printed: /00000\d_\w+ …/ },
  { what: "tables get their policies", printed: /TenantPolicies \S+ creating/ },
];

test.each(moments)("the next up continues after Pulumi is killed while $what", (moment) =>
  killFirstUp(project, moment, "Pulumi alone"),
);

test("an uninterrupted up converges", () => proveThatUpConverges(project));
