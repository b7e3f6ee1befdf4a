import { connectEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";

/** The engine that these tests run on: the one that the project itself would use. */
export const engine = connectEngine(findEngine());
