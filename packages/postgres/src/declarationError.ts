/**
 * A fault in what the user declared, not in this program or in the server.
 *
 * Shown without a stack trace: the first line says where and what, with the value; the second what to do.
 */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";

  constructor(where: string, fault: string, remedy: string) {
    super(`${where}: ${fault}.\n${remedy}.`);
  }
}

/** Several faults of one declaration, reported at once. */
export class DeclarationErrors extends Error {
  override readonly name = "DeclarationErrors";

  constructor(readonly faults: readonly DeclarationError[]) {
    super(faults.map((fault) => fault.message).join("\n\n"));
  }
}
