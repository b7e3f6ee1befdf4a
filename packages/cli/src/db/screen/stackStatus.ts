import type { DatabaseStatus, ServerFacts } from "@hosterizer/postgres/monitoring/databaseStatus";
import type { SchemaStatus } from "@hosterizer/postgres/monitoring/schemaStatus";
import type { ServerContainer } from "../stack/readContainer";

/** Everything that `npm run db -- status` tells. With `--json` it is printed as it is. */
export interface StackStatus extends DatabaseStatus {
  stack: string;
  server: ServerFacts & {
    host: string;
    port: number;
    /** Null for a server that isn't this project's own. */
    logFile: string | null;
    /** The container that it runs in, and the volume with its data; null for a server that runs in none of this project's. */
    docker: ServerContainer | null;
  };
  schema: SchemaStatus;
  /** What an operator should know first, each in a sentence or two. */
  warnings: readonly string[];
}
