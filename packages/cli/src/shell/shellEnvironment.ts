import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { folders } from "../folders";
import { withoutOwnFolders } from "../pulumi/findOnPath";

/**
 * What a shell needs for plain `pulumi`: a program of that name first on its PATH, which sets all else for the stack at
 * hand, and the stack to work on when none is named.
 */
export function shellEnvironment(stack: string): { PATH: string; PULUMI_STACK: string } {
  const shim = join(folders.shell, "pulumi");
  const unfinished = `${shim}.${process.pid}`;
  mkdirSync(folders.shell, { recursive: true });
  writeFileSync(
    unfinished,
    '#!/bin/sh\nexec node "$(dirname "$0")/../../packages/cli/run.mjs" pulumi "$@"\n',
  );
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, shim);
  const path = [folders.shell, ...withoutOwnFolders(process.env["PATH"] ?? "")];
  return { PATH: path.join(delimiter), PULUMI_STACK: stack };
}
