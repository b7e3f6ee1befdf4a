import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { folders } from "../folders";
import { pins } from "../pins";
import { mergeConfiguration } from "./mergeConfiguration";
import { stackFiles } from "./stackFiles";

/**
 * Brings the configuration file that Pulumi reads up to date with the tracked one.
 *
 * @returns its path
 */
export function writeConfiguration(stack: string): string {
  const { tracked, merged } = stackFiles(stack);
  const wanted = read(tracked);
  const kept = read(merged);
  if (wanted === undefined) return merged;
  const mark = `# Made from Pulumi.${stack}.yaml ${createHash("sha256").update(wanted).digest("hex")}`;
  if (kept?.includes(mark) === true) return merged;
  mkdirSync(folders.config, { recursive: true, mode: 0o700 });
  // A project of the same name, so that `pulumi stack init` can be told to write its salt here.
  replace(
    join(folders.config, "Pulumi.yaml"),
    `name: ${pins.project}\nruntime: nodejs\ndescription: not a project, see ../..\n`,
  );
  replace(merged, `${mark}\n${mergeConfiguration(wanted, kept, basename(tracked))}`);
  return merged;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function replace(path: string, text: string): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, path);
}
