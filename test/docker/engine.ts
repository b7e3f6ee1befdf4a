import { connectEngine } from "@hosterizer/docker-engine/connectEngine";
import { findEngine } from "@hosterizer/docker-engine/findEngine";

/** The engine that these tests run on: the one that the project itself would use. */
export const engine = connectEngine(findEngine());
