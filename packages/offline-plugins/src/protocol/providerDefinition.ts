import type { EngineLog } from "./engineLog";
import type { Fault, ResourceType } from "./resourceType";
import type { PropertyMap } from "./propertyValue";

/** A whole plugin: what it serves, and how it gets at the server. */
export interface ProviderDefinition<Session extends ProviderSession> {
  /** Name and version of the official plugin that this one stands in for. */
  name: string;
  version: string;
  /** Configuration properties that are always secret. */
  secretConfiguration: ReadonlySet<string>;
  /** Checks the provider's own inputs, each a string, and fills in defaults. Values may be unknown. */
  checkConfiguration: (news: PropertyMap) => { inputs: PropertyMap; faults: Fault[] };
  configure: (configuration: PropertyMap, log: Pick<EngineLog, "warn" | "status">) => Session;
  resources: readonly ResourceType<Session>[];
  /** What a failure means, in words; the operation that failed is put before it. */
  explain: (error: unknown) => string;
}

/** What a configured provider holds open. */
export interface ProviderSession {
  /** Starts nothing new from now on. */
  cancel: () => void;
  close: () => Promise<void>;
}
