import { type GeneratedPassword, generatePassword } from "@hosterizer/postgres/access/passwords";
import type { PasswordArgs } from "./password";
import { makeProvider } from "./provider";

export const provider = makeProvider<PasswordArgs, PasswordArgs, PasswordArgs & GeneratedPassword>({
  id: () => "generated",
  compared: ({ number, newest }) => [number, newest],
  /** Rejects a number below the present one: an outdated configuration would lock out those who use the new password. */
  check: (olds, news) => {
    const failures = (["number", "newest"] as const).flatMap((property) => {
      const { [property]: before = 0 } = olds;
      const { [property]: after = 0 } = news;
      if (after >= before) return [];
      const reason =
        `hosterizer-database:logins names login ${String(after)} of this role, but the stack is already at ${String(before)}. ` +
        "The password has been rotated since this configuration was written: get the current one, for example with git pull.";
      return [{ property, reason }];
    });
    return Promise.resolve({ inputs: news, failures });
  },
  /** Another number is another password. */
  apply: (inputs, before) => {
    const isKept = before !== undefined && before.number === inputs.number;
    const { password, verifier } = isKept ? before : generatePassword();
    return Promise.resolve({ ...inputs, password, verifier });
  },
});
