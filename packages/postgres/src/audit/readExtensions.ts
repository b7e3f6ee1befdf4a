import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";

/** An extension that is installed, declared, or both. */
export interface FoundExtension {
  name: string;
  quoted: string;
  installed: string | null;
  declared: boolean;
  declared_version: string | null;
  /** The one that the server would install; null if it has no such extension. */
  default_version: string | null;
  /** The server brings the declared version. */
  available: boolean;
  /** A script leads from the installed version to the declared one; null where they are the same. */
  reachable: boolean | null;
  owner: string | null;
  alterable: boolean;
}

/** Reads the catalog, and the extensions' files by way of the server. */
export async function readExtensions(client: Client, audit: Audit): Promise<FoundExtension[]> {
  const sql = readSql(__dirname, "extensions");
  return (await client.query<FoundExtension>(sql, [JSON.stringify(audit.extensions)])).rows;
}
