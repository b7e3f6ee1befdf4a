import { basename, join } from "node:path";

import { folders } from "../folders";
import { pins } from "../pins";

/** The files that belong to one stack. */
interface StackFiles {
  /** Pulumi.<stack>.yaml, tracked by git and edited by people. */
  tracked: string;
  /** The same with this clone's salt and secrets, which Pulumi reads instead. */
  merged: string;
  /** Its state, where that is in the project folder. */
  state: string;
  /** Folder of Pulumi's locks on that state. */
  locks: string;
}

/** A stack's name as the program knows it: without an organization. */
export function stackName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** Where the files of a stack are. A stack's name may contain an organization, its files' names never do. */
export function stackFiles(stack: string): StackFiles {
  const name = stackName(stack);
  const file = `Pulumi.${name}.yaml`;
  const bookkeeping = join(folders.state, ".pulumi");
  return {
    tracked: join(folders.project, file),
    merged: join(folders.config, file),
    state: join(bookkeeping, "stacks", pins.project, `${name}.json`),
    locks: join(bookkeeping, "locks", "organization", pins.project, name),
  };
}

/** What people call a stack's file, for messages: Pulumi.<stack>.yaml, without an organization. */
export function configurationName(stack: string): string {
  return basename(stackFiles(stack).tracked);
}
