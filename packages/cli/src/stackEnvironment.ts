import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { pathToFileURL } from "node:url";

import { pluginOptions } from "@hosterizer/postgres/connection/sessionSettings";
import { stackAtWork } from "@hosterizer/postgres/npmCommand";
import { CommandError } from "./commandError";
import { engineForPlugin } from "./dockerStack/engineForPlugin";
import { folders } from "./folders";
import { withoutOwnFolders } from "./pulumi/findOnPath";
import { pulumiHome, usersPulumiHome } from "./pulumiHome";
import { sayOnce } from "./say";
import { readSetUp } from "./setUpRecord";
import { passphrase } from "./stack/passphrase";
import { readBackend } from "./stack/readBackend";
import { writeConfiguration } from "./stack/writeConfiguration";

/**
 * The environment in which `pulumi` works on a stack of this project: which program, which plugins, which state, which
 * secrets. Writes what Pulumi is to read from the project's own folder, and never a tracked file.
 *
 * @throws CommandError before the set-up; `setUp()` does it
 */
export function stackEnvironment(stack: string): NodeJS.ProcessEnv {
  const record = readSetUp();
  if (record === undefined) {
    throw new CommandError("Pulumi is not set up yet.", "Run `npm run up`, or `npm test`.");
  }
  const backend = readBackend(stack);
  if (backend.remark !== undefined) sayOnce(backend.remark);
  const path = [dirname(record.pulumi.path), ...withoutOwnFolders(process.env["PATH"] ?? "")];
  const environment = {
    ...pulumiHome(record.ownHome),
    ...stackAtWork(stack),
    PATH: path.join(delimiter),
    // Pulumi looks for a newer version of itself in each run otherwise.
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    // The plugin's sessions too: the official one asks for it by nothing else, and its SQL names no schemas.
    PGOPTIONS: [process.env["PGOPTIONS"] ?? "", pluginOptions].join(" ").trim(),
    ...(backend.kind === "project" ? projectState(stack) : usersLogin(record.ownHome)),
  };
  return { ...environment, ...engineForPlugin(stack, environment) };
}

function projectState(stack: string): NodeJS.ProcessEnv {
  mkdirSync(folders.state, { recursive: true, mode: 0o700 });
  // Without the files of metadata beside each file, which a killed run can leave half-written and unreadable.
  const url = `${pathToFileURL(folders.state).href}?metadata=skip`;
  return {
    PULUMI_BACKEND_URL: url,
    // A copy of the state for each update, kept for ever; Pulumi keeps the last one besides.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    ...passphrase(process.env),
    // Pulumi takes each of its options from the environment as well: https://www.pulumi.com/docs/iac/cli/environment-variables/.
    PULUMI_OPTION_CONFIG_FILE: writeConfiguration(stack),
  };
}

/** A PULUMI_HOME of the project's own must not hide what `pulumi login` noted in the user's. */
function usersLogin(ownHome: boolean): NodeJS.ProcessEnv {
  if (!ownHome || process.env["PULUMI_CREDENTIALS_PATH"] !== undefined) return {};
  const home = usersPulumiHome();
  return existsSync(home) ? { PULUMI_CREDENTIALS_PATH: home } : {};
}
