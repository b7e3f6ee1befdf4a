/** None of several hosts took a connection that may write; `errors` has what each of them said, by host. */
export class NoWritableHost extends Error {
  override readonly name = "NoWritableHost";

  constructor(readonly errors: ReadonlyMap<string, Error>) {
    const said = [...errors].map(([host, { message }]) => `${host}: ${message}`);
    super(`no host takes writes: ${said.join("; ")}`);
  }
}
