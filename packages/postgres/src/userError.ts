/** A fault that the user can fix. Shown without a stack trace. */
export class UserError extends Error {
  override readonly name: string = "UserError";

  /** @param fault Where and what, one line. @param remedy What to do about it. */
  constructor(
    readonly fault: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${fault}\n${remedy}`, options);
  }
}

/** A fault in what the user declared, not in this program or in the server. */
export class DeclarationError extends UserError {
  override readonly name = "DeclarationError";

  /** @param where The declaration, such as a configuration key and its file. No argument ends with a full stop. */
  constructor(
    readonly where: string,
    fault: string,
    remedy: string,
  ) {
    super(`${where}: ${fault}.`, `${remedy}.`);
  }
}

/** Several faults of one declaration, reported at once. */
export class DeclarationErrors extends Error {
  override readonly name = "DeclarationErrors";

  constructor(readonly faults: readonly DeclarationError[]) {
    super(faults.map((fault) => fault.message).join("\n\n"));
  }
}
