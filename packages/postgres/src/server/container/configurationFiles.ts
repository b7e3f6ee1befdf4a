import { settingsFile } from "../settings/settingsFile";
import { accessRuleFile } from "./accessRuleFile";
import type { ContainerSetting } from "./containerSetting";
import { accessRules, type PoolerLogin } from "./hostBasedAuthentication";

/** A file of the folder that the container is configured by. */
export interface ConfigurationFile {
  /** Its name in `containerPaths.configuration`. */
  file: string;
  content: string;
}

/**
 * What the server is started with; whoever changes it makes the container anew. Settings of the default tier that the
 * server takes while it runs are not among them: see `isAppliedLive`.
 */
export function configurationFiles(
  settings: readonly ContainerSetting[],
  pooler: PoolerLogin,
): ConfigurationFile[] {
  const fixed = settings.filter((setting) => !isAppliedLive(setting));
  return [
    { file: "postgresql.conf", content: settingsFile(fixed) },
    { file: "pg_hba.conf", content: accessRuleFile(accessRules(pooler)) },
    {
      file: "pg_ident.conf",
      content: "# Written by hosterizer-database: no name stands for another one.\n",
    },
  ];
}

/** Whether a setting is set by ALTER SYSTEM on the running server. */
export function isAppliedLive({ tier, change }: ContainerSetting): boolean {
  return tier === "default" && change === "reload";
}
