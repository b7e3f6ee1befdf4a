import type { ServerSetting } from "../settings/serverSetting";

/** A setting of the server in the container, and who may change it how. */
export interface ContainerSetting extends ServerSetting {
  /** `mandatory`: nobody may. `default`: hosterizer-database:serverSettings may. */
  tier: "mandatory" | "default";
  /** What the server needs to take another value. */
  change: "reload" | "restart";
}
