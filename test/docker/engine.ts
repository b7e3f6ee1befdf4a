import { connectEngine } from "../../toolchain/docker/connectEngine";
import { findEngine } from "../../toolchain/docker/findEngine";

/** The engine that these tests run on: the one that the project itself would use. */
export const engine = connectEngine(findEngine());
