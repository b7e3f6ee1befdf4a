import { createRequire } from "node:module";

import type { Program } from "@hosterizer/cli/program";
import { recordedSchemas, schemas } from "../database/extensions";
import { grants } from "../database/grants";
import { migrationsDirectory, releasedVersion } from "../database/migrations";
import {
  application,
  authenticator,
  migrator,
  monitor,
  owner,
  pooler,
  roles,
} from "../database/roles";
import { scrub } from "../database/scrub";
import { tenancy } from "../database/tenancy";
import type * as checking from "./preflight";
import type * as reading from "./settings";

const load = createRequire(__filename);

/** What the command line is told of this program. Modules with libraries are loaded late: every command starts with this one. */
export const program = {
  roles,
  owner,
  migrator,
  application,
  monitor,
  pooler,
  authenticator,
  grants,
  tenancy,
  tenancyUpTo: (target?: number) => (load("./preflight") as typeof checking).tenancyUpTo(target),
  recordedSchemas,
  ownSchemas: schemas
    .map(({ name }) => name)
    // A migration may have made tables in these.
    .filter((name) => !recordedSchemas.includes(name)),
  scrub,
  migrationsDirectory,
  releasedVersion,
  readSettings: (configuration: Readonly<Record<string, string>>, stack: string) =>
    (load("./settings") as typeof reading).readSettings(configuration, stack),
} satisfies Program;
