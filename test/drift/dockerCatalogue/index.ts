import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";
import { certificates } from "./certificates";
import { containers } from "./containers";
import { containerFiles } from "./containerFiles";
import { containerSettings } from "./containerSettings";

/** What there is of drift in a stack in Docker besides all that is in the database: on docs/drift.md, and in a test. */
export const dockerCatalogue = {
  containers,
  containerFiles,
  containerSettings,
  certificates,
} as const satisfies Readonly<Record<string, readonly DriftCase<ByHand>[]>>;
