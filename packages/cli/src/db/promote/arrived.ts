import { findDrift } from "../../drift/findDrift";
import type { Program } from "../../program";
import { readVersion } from "../migrate/readVersion";
import type { StackAccess } from "../stack/stackAccess";
import type { Evidence } from "./gate";
import { isolationHolds } from "./isolationHolds";
import { requireNoDrift } from "./requireNoDrift";

/** The destination is what this commit says, and no tenant sees another's rows there. */
export async function arrived(access: StackAccess, program: Program): Promise<Evidence> {
  const version = await readVersion(access, program);
  const report = await findDrift(access.stack, []);
  requireNoDrift(
    report,
    `The update is done, and this is not as it was to be: \`npm run drift -- --stack ${access.stack}\` shows it.`,
  );
  const { summary, data } = await isolationHolds(access, program);
  return {
    summary: `at migration ${version}, no drift, ${summary}`,
    data: { version, warnings: report.warnings, isolation: data },
  };
}
