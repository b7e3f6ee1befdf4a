/** Something that stands in the way of a command and that the user can do something about. Shown without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  /** @param fault where and what, one line. @param remedy what to do about it. */
  constructor(fault: string, remedy: string, options?: ErrorOptions) {
    super(`${fault}\n${remedy}`, options);
  }
}
