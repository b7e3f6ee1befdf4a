import type { dynamic } from "@pulumi/pulumi";

import { type GeneratedPassword, generatePassword } from "@hosterizer/postgres/access/passwords";
import type { PasswordArgs } from "./password";

/** Makes the password once; it changes with its number alone. */
export function create(news: PasswordArgs): Promise<dynamic.CreateResult<GeneratedPassword>> {
  return Promise.resolve({ id: "generated", outs: { ...news, ...generatePassword() } });
}

/** Refuses a number below the present one: who follows an old configuration would shut out those who log in with the new one. */
export function check(olds: PasswordArgs, news: PasswordArgs): Promise<dynamic.CheckResult> {
  const failures = (["number", "newest"] as const).flatMap((property) => {
    const { [property]: before = 0 } = olds;
    const { [property]: after = 0 } = news;
    if (after >= before) return [];
    const reason =
      `hosterizer-database:logins asks for login ${String(after)} of this role, and the stack is at ${String(before)} already. ` +
      "The password has been rotated since this configuration was written: get the present one, say with git pull.";
    return [{ property, reason }];
  });
  return Promise.resolve({ inputs: news, failures });
}

export function diff(
  _id: string,
  olds: PasswordArgs,
  news: PasswordArgs,
): Promise<dynamic.DiffResult> {
  return Promise.resolve({
    changes: olds.number !== news.number || olds.newest !== news.newest,
  });
}

export function update(
  _id: string,
  olds: PasswordArgs & GeneratedPassword,
  news: PasswordArgs,
): Promise<dynamic.UpdateResult<GeneratedPassword>> {
  const { password, verifier } = olds;
  const kept = olds.number === news.number ? { password, verifier } : generatePassword();
  return Promise.resolve({ outs: { ...news, ...kept } });
}

/** Forgets it; the role that used it is gone or has another. */
export function deleteResource(): Promise<void> {
  return Promise.resolve();
}

export { deleteResource as delete };
