import { humanCount } from "./humanCount";

/** A number of things, such as `1 session` and `2 sessions`. */
export function counted(count: number, noun: string): string {
  return `${humanCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
