/** Why an existing server can't be worked with, in words, and what to do about it. */
export class ExternalServerFault extends Error {
  override readonly name = "ExternalServerFault";

  constructor(
    readonly fault: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${fault}\n${remedy}`, options);
  }
}
