import { escapeIdentifier } from "pg";

import type { ExtensionDeclaration } from "../../access/declarations";

/** What a superuser runs in our database, once it is there, for an extension that nobody else may create. */
export function extensionStatements(
  { name, schema }: ExtensionDeclaration,
  { owner }: { owner: string },
): string[] {
  const home = escapeIdentifier(schema);
  return [
    `create schema if not exists ${home} authorization ${escapeIdentifier(owner)}`,
    `create extension ${escapeIdentifier(name)} schema ${home}`,
  ];
}
