import { interruptSignals } from "@hosterizer/postgres/backup/clientProgram";
import { UserError } from "@hosterizer/postgres/userError";

/**
 * Runs something that the user may interrupt.
 *
 * @param run ends early, and takes back what it has begun, when its signal is aborted
 * @param afterwards what is true then, for the message
 * @throws UserError if it was interrupted
 */
export async function interruptible<T>(
  run: (signal: AbortSignal) => Promise<T>,
  afterwards: string,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    controller.abort(signal);
  };
  for (const signal of interruptSignals) process.on(signal, interrupt);
  try {
    return await run(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || error instanceof UserError) throw error;
    throw new UserError(`Interrupted by ${String(controller.signal.reason)}.`, afterwards);
  } finally {
    for (const signal of interruptSignals) process.off(signal, interrupt);
  }
}
