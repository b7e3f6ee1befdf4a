import type { Client } from "pg";

import type { Difference } from "../../convergence/difference";
import { readSql } from "../../sql/readSql";
import { readSettingsInForce } from "../settings/readSettingsInForce";
import { settingsDrift } from "../settings/settingsDrift";
import { accessRuleDrift, type AccessRuleFound } from "./accessRuleDrift";
import type { ContainerSetting } from "./containerSetting";
import type { AccessRule } from "./hostBasedAuthentication";
import { fileFaults, type FileFault } from "./fileFaults";

/** What a server in a container is to be like. */
export interface ServerDeclaration {
  settings: readonly ContainerSetting[];
  rules: readonly AccessRule[];
}

/**
 * How a running server differs from what is declared.
 *
 * @param client a superuser's; opened after the last reload, which older sessions do not see all of
 * @param before what the last update made. What differs from it too is drift; all else is a change of the program.
 */
export async function readServerSettingsDrift(
  client: Client,
  declared: ServerDeclaration,
  before: ServerDeclaration = declared,
): Promise<Difference[]> {
  const found = await readSettingsInForce(client, [...declared.settings, ...before.settings]);
  const rules = await client.query<AccessRuleFound>(readSql(__dirname, "accessRulesInForce"));
  const faults = await client.query<FileFault>(readSql(__dirname, "fileFaults"));
  const differences = ({ settings, rules: wanted }: ServerDeclaration) => [
    ...settingsDrift(found, settings),
    ...accessRuleDrift(rules.rows, wanted),
  ];
  const drifted = new Set(differences(before).map(({ object }) => object));
  return [
    ...differences(declared).filter(({ object }) => drifted.has(object)),
    ...fileFaults(faults.rows),
  ];
}
