import type { Command } from "commander";

import { serverAccount } from "@hosterizer/postgres/server/embedded/account";
import { serverPaths } from "@hosterizer/postgres/server/embedded/paths";
import { readDatabaseStatus } from "@hosterizer/postgres/monitoring/status/readDatabaseStatus";
import { readSchemaStatus } from "@hosterizer/postgres/monitoring/status/readSchemaStatus";
import { folders } from "../folders";
import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { renderStatus } from "./screen/renderStatus";
import type { StackStatus } from "./screen/stackStatus";
import { statusWarnings } from "./screen/statusWarnings";
import { paintOutput, width } from "./screen/terminal";
import { connectionAs } from "./stack/connectionAs";
import { explainRefusal } from "./stack/explainRefusal";
import { migrationTarget } from "./stack/migrationTarget";
import { readContainer } from "./stack/readContainer";
import { readStackAccess } from "./stack/readStackAccess";
import type { StackAccess } from "./stack/stackAccess";

/** As many as the guide asks for. */
const statementLimit = 10;

/** `npm run db -- status`: how the database does, on one screen. */
export function status(program: Program): Command {
  return operatorCommand({
    name: "status",
    summary: "Show how the database does, on one screen",
    details:
      "Server, schema version, sessions, slowest statements, sizes of tables, unused indexes, replicas. It changes nothing. " +
      "Counts begin anew when the server crashes.",
    examples: [
      ["npm run db -- status", "the local stack"],
      ["npm run -s db -- status --json", "the same as data: bytes, milliseconds, seconds"],
    ],
  })
    .option("--json", "print a JSON object instead")
    .action(async ({ stack, json }: { stack: string; json?: true }) => {
      const found = await readStatus(await readStackAccess(stack), program);
      const screen = () => renderStatus(found, width(), paintOutput());
      process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : screen());
    });
}

async function readStatus(
  access: StackAccess,
  { owner, migrator, monitor, migrationsDirectory }: Program,
): Promise<StackStatus> {
  const { stack, host, port } = access;
  // One after the other, so that neither counts the other's session.
  const facts = await explainRefusal(access, connectionAs(monitor, access), (connection) =>
    readDatabaseStatus(connection, statementLimit),
  );
  const target = migrationTarget(stack);
  const schema = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readSchemaStatus({ connection, owner, directory: migrationsDirectory, target }),
  );
  const logFile = logFileOf(stack, facts.server.dataDirectory);
  const server = { host, port, ...facts.server, logFile, docker: readContainer(stack) };
  const found = { stack, ...facts, server, schema };
  return { ...found, warnings: statusWarnings(found) };
}

/** The log of the server that this project runs on this machine, if it is that one. */
function logFileOf(stack: string, dataDirectory: string | null): string | null {
  const { data, log } = serverPaths(folders.project, stack, serverAccount(folders.project));
  return data === dataDirectory ? log : null;
}
