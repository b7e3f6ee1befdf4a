/** A fault that the user can fix. Shown without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  /** @param fault where and what, one line. @param remedy what to do about it. */
  constructor(fault: string, remedy: string, options?: ErrorOptions) {
    super(`${fault}\n${remedy}`, options);
  }
}
