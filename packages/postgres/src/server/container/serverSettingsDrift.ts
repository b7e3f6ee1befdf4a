import type { Client } from "pg";

import type { Difference } from "../../convergence/difference";
import { readSql } from "../../sql/readSql";
import { readSettings, settingsDrift } from "../settings/settingsDrift";
import { type AccessRule, accessRuleDrift, readAccessRules } from "./accessRules";
import type { ContainerSetting } from "./containerSettings";
import { containerPaths } from "./mandatorySettings";

/** Kinds of drift in the settings of a server in a container. */
export const serverSettingsKinds = [
  "server not reachable",
  "server setting",
  "server setting not declared",
  "settings file",
  "connection rule missing",
  "connection rule added",
  "connection rule order",
] as const;

/** The declared settings and access rules of a server in a container. */
export interface ServerDeclaration {
  settings: readonly ContainerSetting[];
  rules: readonly AccessRule[];
}

/**
 * How a running server differs from its declaration.
 *
 * @param client a superuser's; opened after the last reload, because older sessions do not see all of it
 * @param before what the last update applied. Only what differs from that too is drift; the rest is a change of the program.
 */
export async function readServerSettingsDrift(
  client: Client,
  declared: ServerDeclaration,
  before: ServerDeclaration = declared,
): Promise<Difference[]> {
  const settings = await readSettings(client, [...declared.settings, ...before.settings]);
  const rules = await readAccessRules(client);
  const faults = await client.query<FileFault>(readSql(__dirname, "serverSettingsDrift"));
  const compare = (wanted: ServerDeclaration) => [
    ...settingsDrift(settings, wanted.settings),
    ...accessRuleDrift(rules, wanted.rules),
  ];
  const drifted = new Set(compare(before).map(({ object }) => object));
  return [
    ...compare(declared).filter(({ object }) => drifted.has(object)),
    ...faults.rows.map(fileDifference),
  ];
}

/** A line of a settings file that the server cannot read or apply. */
interface FileFault {
  file: string | null;
  line: number | null;
  name: string | null;
  error: string;
}

/** The server keeps its previous value. An update rewrites the program's own files, and no others. */
function fileDifference({ file, line, name, error }: FileFault): Difference {
  const difference = {
    kind: "settings file" as const,
    object: `file ${file ?? "postgresql.conf"}`,
    expected: "lines that the server can read",
    actual: `line ${line ?? 0}${name === null ? "" : ` with ${name}`}: ${error}`,
  };
  if (file?.startsWith(`${containerPaths.configuration}/`) === true)
    return { ...difference, repair: "automatic" };
  return { ...difference, repair: "none", reason: "the server keeps its previous value" };
}
