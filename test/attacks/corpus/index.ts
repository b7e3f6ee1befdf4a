import type { Attack } from "../attack";
import { context } from "./context";
import { definitions } from "./definitions";
import { estimates } from "./estimates";
import { handovers } from "./handovers";
import { outside } from "./outside";
import { ownRole } from "./ownRole";
import { planted } from "./planted";
import { roles } from "./roles";
import { rows } from "./rows";
import { shared } from "./shared";
import { signatures } from "./signatures";
import { waits } from "./waits";

/** Every attack, by its aim. */
export const corpus: Readonly<Record<string, readonly Attack[]>> = {
  context,
  roles,
  ownRole,
  definitions,
  outside,
  rows,
  shared,
  estimates,
  waits,
  signatures,
  handovers,
  planted,
};
