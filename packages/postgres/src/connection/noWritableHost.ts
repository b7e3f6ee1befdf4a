/** read_only_sql_transaction, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const readOnly = "25006";

/** None of several hosts takes writes. */
export class NoWritableHost extends Error {
  override readonly name = "NoWritableHost";
  /** What the first host that could not even be talked to has said; else that all are read-only. */
  readonly code: string;

  /** @param errors what each of them said, by host */
  constructor(readonly errors: ReadonlyMap<string, Error>) {
    const said = [...errors].map(([host, { message }]) => `${host}: ${message}`);
    super(`no host takes writes (${said.join("; ")})`);
    const codes = [...errors.values()].map((error) => ("code" in error ? String(error.code) : ""));
    this.code = codes.find((code) => code !== "") ?? readOnly;
  }
}
