import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Command } from "commander";

import {
  renderKeys,
  type RepositoryKeys,
} from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../../folders";
import { askPulumi } from "../../runProgram";
import { stackName } from "../../stack/stackFiles";
import { stackEnvironment } from "../../stack/stackEnvironment";
import type { ExportedState } from "../../stack/state";
import { operatorCommand } from "../operatorCommand";
import { declaredBackups } from "./backupContainer";

/** `npm run db -- backup key`: prints what the backups are encrypted with. See docs/lost-state.md. */
export function backupKey(): Command {
  return operatorCommand({
    name: "key",
    summary: "Print the key of the backups, to keep it outside of the state",
    details:
      "After a rotation there are several, each after its number: keep the whole line. The key and the repository together give access to all data. If the state is lost, only a copy of the key can restore the backups.",
    examples: [["npm run -s db -- backup key --stack dev | wl-copy", "into a password manager"]],
  }).action(async (_options: unknown, command: Command) => {
    // `--stack` belongs to `backup`, wherever it stands.
    const { stack } = command.optsWithGlobals<{ stack: string }>();
    await declaredBackups(stack);
    const words = ["stack", "export", "--show-secrets", "--stack", stack];
    const exported = await askPulumi(words, stackEnvironment(stack));
    const { deployment } = JSON.parse(exported) as ExportedState;
    const resource = deployment?.resources?.find(({ urn }) =>
      urn.endsWith(":BackupKey::backup-key"),
    );
    const { keys: several, key: only } = resource?.outputs ?? {};
    const { plaintext } = (several ?? only ?? {}) as { plaintext?: string };
    if (plaintext === undefined) {
      throw new UserError(
        `The state of stack ${stack} has no key of backups.`,
        `Run \`npm run up -- --stack ${stack}\`.`,
      );
    }
    const found = JSON.parse(plaintext) as RepositoryKeys | string;
    // A state of an earlier version has one.
    const keys = typeof found === "string" ? { 1: found } : found;
    process.stdout.write(`${renderKeys(keys)}\n`);
    // Until then each preview asks for it: see components/backup.ts.
    const folder = join(folders.own, stackName(stack));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "backup.key.printed"), `${Object.keys(keys).join(" ")}\n`);
  });
}
