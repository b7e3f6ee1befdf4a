import { say } from "../../terminal";

/** Milliseconds after which a user wants to know what a command does. */
const patience = 2_000;

/**
 * Says what a command is doing once it has taken two seconds, and then for each new step.
 *
 * @returns to call with each step
 */
export function lateProgress<T>(describe: (step: T) => string): (step: T) => void {
  const began = Date.now();
  return (step) => {
    if (Date.now() - began >= patience) say(`${describe(step)} …`);
  };
}
