import { test } from "vitest";

import type { Moment } from "./killFirstUp";
import { proveThatTheNextUpConverges } from "./killedUps";

const moments: readonly Moment[] = [
  { what: "passwords are generated", printed: /Password role-\S+ creating/ },
  { what: "the server is being started", printed: /EmbeddedServer server creating/, later: 1000 },
  { what: "roles are made", printed: /Role role-\S+ creating/ },
  { what: "migrations run", printed: /00000\d_\w+ …/ },
  { what: "tables get their policies", printed: /TenantPolicies \S+ creating/ },
];

test.each(moments)("an up whose Pulumi is killed when $what is completed by the next", (moment) =>
  proveThatTheNextUpConverges(moment, "Pulumi alone"),
);
