import { join } from "node:path";

import { folders } from "../folders";
import { pins } from "../pins";

/** A plugin of Pulumi that this project needs. */
export interface Plugin {
  /** Pulumi's name for it, which is also the folder of its stand-in in `packages/offline-plugins/src`. */
  name: "postgresql" | "docker";
  version: string;
}

export const plugins: readonly Plugin[] = [
  { name: "postgresql", version: pins.postgresqlPlugin },
  { name: "docker", version: pins.dockerPlugin },
];

/** The bundle of the project's own plugin, where Pulumi finds it; the official plugin has no such file. */
export function offlineBundle({ name, version }: Plugin): string {
  return join(folders.pulumiHome, "plugins", `resource-${name}-v${version}`, "main.js");
}
