import { test } from "vitest";

import type { Moment } from "./killFirstUp";
import { proveThatTheNextUpConverges } from "./killedUps";

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

test.each(moments)("an up killed with its terminal $what, is completed by the next", (moment) =>
  proveThatTheNextUpConverges(moment, "the whole command"),
);
