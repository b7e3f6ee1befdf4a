import type { Attack } from "../attack";
import { context } from "./context";
import { definitions } from "./definitions";
import { outside } from "./outside";
import { roles } from "./roles";
import { rows } from "./rows";
import { shared } from "./shared";
import { signatures } from "./signatures";

/** Every attack, by its aim. */
export const corpus: Readonly<Record<string, readonly Attack[]>> = {
  context,
  roles,
  definitions,
  outside,
  rows,
  shared,
  signatures,
};
