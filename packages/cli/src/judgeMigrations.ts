import { join } from "node:path";

import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { readMigrations } from "@hosterizer/postgres/migrations/migrationsFolder";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgeMigration";
import type { Program } from "./program";

/** What is wrong with the migrations after the last released one, in words; empty if nothing is. */
export async function judgeMigrations(
  project: string,
  { releasedVersion }: Pick<Program, "releasedVersion">,
): Promise<string> {
  try {
    const migrations = await readMigrations(join(project, "migrations"));
    const findings = await judgePending(
      migrations.filter(({ number }) => number > releasedVersion),
      undefined,
      project,
    );
    return findings.map((finding) => safetyFault(finding).message).join("\n\n");
  } catch (error) {
    if (error instanceof DeclarationErrors) return error.message;
    throw error;
  }
}
