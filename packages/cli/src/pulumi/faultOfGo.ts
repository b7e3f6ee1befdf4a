import { readFileSync } from "node:fs";
import { join } from "node:path";

import semver from "semver";

import { findOnPath } from "./findOnPath";
import { goPrograms } from "./goModule";
import { runQuietly } from "./runQuietly";

/** Why Go cannot build Pulumi on this machine, undefined if it can. May download a newer Go, if Go is allowed to. */
export async function faultOfGo(): Promise<string | undefined> {
  if (findOnPath("go") === undefined) return "There is no go on the PATH.";
  for (const { directory } of goPrograms) {
    const needed = /^go (\S+)$/m.exec(readFileSync(join(directory, "go.mod"), "utf8"))?.[1] ?? "";
    const { code, stdout, stderr } = await runQuietly("go", ["env", "GOVERSION"], {
      cwd: directory,
      timeout: 180_000,
    });
    const fault = faultOfGoVersion(needed, code === 0 ? stdout.trim() : stderr.trim());
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Why this Go is not good enough.
 *
 * @param needed version in go.mod
 * @param answer what `go env GOVERSION` printed: `go1.26.8`, or why Go refused
 */
export function faultOfGoVersion(needed: string, answer: string): string | undefined {
  const found = /^go\d/.test(answer) ? semver.coerce(answer.slice("go".length)) : null;
  const minimum = semver.coerce(needed);
  if (found !== null && minimum !== null && semver.gte(found, minimum)) return undefined;
  return `Go ${needed} or later is needed to build Pulumi. Here: ${answer.split("\n").at(-1) ?? answer}`;
}
