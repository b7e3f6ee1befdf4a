import { settingsFile } from "../settings/settingsFile";
import { accessRuleFile, accessRules, type PoolerLogin } from "./accessRules";
import { type ContainerSetting, isAppliedLive } from "./containerSettings";

/** A file in the folder that configures the container. */
export interface ConfigurationFile {
  /** Its name in `containerPaths.configuration`. */
  file: string;
  content: string;
}

/**
 * The files that the server starts with. Another content replaces the container, so settings that the running server takes
 * are not among them.
 */
export function configurationFiles(
  settings: readonly ContainerSetting[],
  pooler: PoolerLogin,
): ConfigurationFile[] {
  const atStart = settings.filter((setting) => !isAppliedLive(setting));
  return [
    { file: "postgresql.conf", content: settingsFile(atStart) },
    { file: "pg_hba.conf", content: accessRuleFile(accessRules(pooler)) },
    {
      file: "pg_ident.conf",
      content: "# Written by hosterizer-database: no name stands for another one.\n",
    },
  ];
}
