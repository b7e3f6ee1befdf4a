import { join } from "node:path";

import {
  readCertificateFile,
  writeCertificateFile,
} from "@hosterizer/postgres/tls/certificateFile";
import { folders } from "../folders";
import { say } from "../say";
import type { ResourceState } from "./resolvePending";

/**
 * Writes the certificate of a stack's authority where clients look for it, as the state has it: a clone that others have
 * brought the stack up from lacks it, or has an older one, and every connection would fail before the program runs.
 */
export async function restoreAuthority(resources: readonly ResourceState[]): Promise<void> {
  for (const { type, outputs = {} } of resources) {
    const { file, certificate } = outputs;
    if (!type.endsWith(":CertificateFile")) continue;
    if (typeof file !== "string" || typeof certificate !== "string") continue;
    const path = join(folders.project, file);
    const found = await readCertificateFile(path);
    if (found !== undefined && "text" in found && found.text === certificate) continue;
    await writeCertificateFile(path, certificate);
    say(`${file}, by which clients know this stack's servers, is written again from the state.`);
  }
}
