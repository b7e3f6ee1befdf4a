import { Client, type ClientConfig } from "pg";

import { type ConnectionEvents, protocolConnection } from "./nodePostgres";

/** What answers on the server's port asks for the password itself, or lets this client in without proving that it knows the password. */
export class ScramRequired extends Error {
  override readonly name = "ScramRequired";
  readonly remedy =
    "Another program may have taken the server's port: see which one listens there. " +
    "If it is the server, have its pg_hba.conf ask for scram-sha-256.";

  /** @param fault what has happened, as a sentence */
  constructor(readonly fault: string) {
    super(fault);
    this.message = `${fault}\n${this.remedy}`;
  }
}

/**
 * A client of node-postgres that logs in by SCRAM alone, as libpq does with require_auth=scram-sha-256: the password never leaves this
 * process, and the server must prove that it knows the password's verifier before it gets a statement. A server that TLS has verified
 * may also let the client in without asking, by a trust rule or a certificate: it is the server, and gets no password.
 *
 * https://www.postgresql.org/docs/16/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH
 */
export class ScramClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    admitOnlyProven(protocolConnection(this), () => `${this.host}:${this.port}`);
  }
}

/** Holds back everything that a server says before its proof, except what leads to the proof. */
function admitOnlyProven(connection: ConnectionEvents, address: () => string): void {
  const emit = connection.emit.bind(connection);
  let state: "unproven" | "proving" | "proven" | "refused" = "unproven";
  const isProving = () => state === "proving";
  const refuse = (what: string) => {
    state = "refused";
    const fault = `The server at ${address()} ${what} instead of proving by SCRAM that it knows the password. It got nothing.`;
    emit("error", new ScramRequired(fault));
    connection.stream.destroy();
    return true;
  };
  connection.emit = (event, ...details) => {
    // node-postgres says so, while it handles the proof, if that is wrong.
    if (isProving() && event === "error") return refuse("sends a wrong proof");
    if (state === "proven" || beforeProof.has(event)) return emit(event, ...details);
    if (state === "refused") return false;
    if (event === "authenticationOk" && connection.stream.authorized === true) {
      state = "proven";
      return emit(event, ...details);
    }
    if (event !== proof) return refuse(describe(event));
    state = "proving";
    emit(event, ...details);
    if (isProving()) state = "proven";
    return true;
  };
}

const proof = "authenticationSASLFinal";

/** Events of node-postgres' connection: of the socket and of Node.js, and the messages that end in the proof, or in a refusal. */
const beforeProof: ReadonlySet<string | symbol> = new Set([
  ...["connect", "sslconnect", "error", "end", "newListener", "removeListener"],
  ...["authenticationSASL", "authenticationSASLContinue", "errorMessage", "notice"],
]);

function describe(event: string | symbol): string {
  if (event === "authenticationCleartextPassword") return "asks for the password in clear text";
  if (event === "authenticationMD5Password") return "asks for the password's MD5 hash";
  return "lets this client in";
}
