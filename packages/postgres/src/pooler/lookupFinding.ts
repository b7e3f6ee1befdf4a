import type { Finding } from "../convergence/difference";
import type { PoolerKind } from "./poolerKinds";

/** A finding about the pooler's access, its kind one of those that docs/drift.md lists. */
export interface LookupFinding extends Finding {
  kind: PoolerKind;
}
