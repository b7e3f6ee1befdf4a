import { quoteSetting } from "./quoteSetting";
import type { ServerSetting } from "./serverSetting";

/** The text of a settings file: a line a setting, with the reason. */
export function settingsFile(settings: readonly ServerSetting[]): string {
  const lines = settings.map(
    ({ name, value, reason }) => `${name} = ${quoteSetting(value)} # ${reason}`,
  );
  return ["# Written by hosterizer-database; the next update writes it anew.", ...lines, ""].join(
    "\n",
  );
}
