import type { dynamic } from "@pulumi/pulumi";

import { type GeneratedPassword, generatePassword } from "../../postgres/access/generatePassword";

/** Makes the password once; it never changes by itself. */
export function create(): Promise<dynamic.CreateResult<GeneratedPassword>> {
  return Promise.resolve({ id: "generated", outs: generatePassword() });
}

export function check(_olds: unknown, news: object): Promise<dynamic.CheckResult> {
  return Promise.resolve({ inputs: news });
}

export function diff(): Promise<dynamic.DiffResult> {
  return Promise.resolve({ changes: false });
}

export function update(
  _id: string,
  olds: GeneratedPassword,
): Promise<dynamic.UpdateResult<GeneratedPassword>> {
  return Promise.resolve({ outs: olds });
}

/** Forgets it; the role that used it is gone or has another. */
export function deleteResource(): Promise<void> {
  return Promise.resolve();
}

export { deleteResource as delete };
