import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

import type { TlsFiles } from "./engineAddress";
import { CommandError } from "@hosterizer/cli/commandError";

/**
 * The PEM files of a folder, named as Docker's client names them: `ca.pem`, `cert.pem`, `key.pem`. Which are there decides
 * what is used; a client's certificate is of no use without its key.
 *
 * @param source what named the folder, for messages
 * @throws CommandError if a file is there that cannot be read, or one is missing that is needed
 */
export function tlsFiles(folder: string, verify: boolean, source: string): TlsFiles {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => present(name));
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? "cert.pem" : "key.pem";
    throw new CommandError(
      `${source}: there is no ${missing} in ${folder}, but its counterpart is there.`,
      "A client's certificate needs cert.pem and key.pem: put the missing one beside the other.",
    );
  }
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { client: { cert, key } }),
  };

  function present(name: string): string | undefined {
    const path = join(folder, name);
    if (!existsSync(path)) return undefined;
    try {
      accessSync(path, constants.R_OK);
      return path;
    } catch (cause) {
      throw new CommandError(
        `${source}: ${path} cannot be read.`,
        "Give your user the right to read it.",
        { cause },
      );
    }
  }
}
