import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";
import { certificates } from "./certificates";
import { containers } from "./containers";
import { containerFiles } from "./containerFiles";
import { containerSettings } from "./containerSettings";

/** The drift of a stack in Docker outside the database: in docs/drift.md, and in a test. */
export const dockerCatalogue = {
  containers,
  containerFiles,
  containerSettings,
  certificates,
} as const satisfies Readonly<Record<string, readonly DriftCase<ByHand>[]>>;
