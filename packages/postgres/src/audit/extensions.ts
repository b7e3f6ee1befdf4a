import { type Client, escapeIdentifier } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import type { DeclaredAccess } from "./declaredAccess";

export const extensionKinds = [
  "extension version",
  "extension version not available",
  "extension not declared",
] as const;

type ExtensionFinding = Finding<(typeof extensionKinds)[number]>;

/** An extension that is installed, declared, or both. */
interface Extension {
  name: string;
  quoted: string;
  installed: string | null;
  declared: boolean;
  declared_version: string | null;
  /** The version that the server installs by default; null if it does not have the extension. */
  default_version: string | null;
  /** The server has the declared version. */
  available: boolean;
  /** An update script leads from the installed version to the declared one; null where they are the same. */
  reachable: boolean | null;
  owner: string | null;
  alterable: boolean;
}

/** How the installed extensions differ from the declared ones. Reads the catalog and the server's extension files. */
export async function inspectExtensions(
  client: Client,
  { extensions }: Pick<DeclaredAccess, "extensions">,
): Promise<ExtensionFinding[]> {
  const sql = readSql(__dirname, "extensions");
  const { rows } = await client.query<Extension>(sql, [JSON.stringify(extensions)]);
  return planExtensions(rows);
}

/**
 * A finding for each extension whose version is not the declared one, and for each that is not declared. Reads and writes
 * nothing.
 *
 * Undeclared extensions are left alone: they may hold data, and columns may have their types. So are those whose declared
 * version the server does not have, so that no other repair waits for the server's files.
 */
export function planExtensions(found: readonly Extension[]): ExtensionFinding[] {
  return found.flatMap((extension) => {
    const { name, installed, declared_version: wanted } = extension;
    const object = `extension ${name}`;
    if (!extension.declared) {
      const reason = `drop it, or declare it in database/extensions.ts`;
      const actual = `version ${installed ?? "unknown"}`;
      const left = { object, expected: null, actual, reason };
      return [{ kind: "extension not declared", ...left, repair: "none" } as const];
    }
    if (!extension.available) return [unavailable(extension, object)];
    if (wanted === null || installed === null || installed === wanted) return [];
    return [otherVersion(extension, object, wanted)];
  });
}

function unavailable(extension: Extension, object: string): ExtensionFinding {
  const { installed, declared_version: wanted, default_version: available } = extension;
  return {
    kind: "extension version not available",
    object,
    expected: `version ${wanted ?? "unknown"}`,
    actual: installed === null ? null : `version ${installed}`,
    reason: `the server has version ${available ?? "none"}; declare that in database/extensions.ts`,
    repair: "none",
  };
}

function otherVersion(extension: Extension, object: string, wanted: string): ExtensionFinding {
  const installed = extension.installed ?? "";
  const found = { object, expected: `version ${wanted}`, actual: `version ${installed}` };
  if (extension.reachable !== true) {
    const reason = `no update script leads from ${installed} to ${wanted}; declare ${installed} in database/extensions.ts, or reinstall it`;
    return { kind: "extension version", ...found, reason, repair: "none" };
  }
  const sql = `alter extension ${extension.quoted} update to ${escapeIdentifier(wanted)}`;
  const who = `its owner ${extension.owner ?? ""} or a superuser`;
  return { kind: "extension version", ...found, ...repairIf(extension.alterable, sql, who) };
}
