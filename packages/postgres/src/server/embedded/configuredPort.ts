import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { ServerPaths } from "./paths";
import { settingsFileName } from "./server";

/** The port that the server was last started with; undefined if it never was. */
export async function configuredPort(paths: ServerPaths): Promise<number | undefined> {
  const text = await readFile(join(paths.data, settingsFileName), "utf8").catch(() => "");
  const port = /^port = '(\d+)'/m.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}
