import type { EngineAddress } from "./engineAddress";

/** What a failure to connect means and what to do, by Node.js's error code. */
const meanings: Record<string, [reason: string, remedy: string]> = {
  ENOENT: ["there is no such socket", "Start Docker, or set DOCKER_HOST to where it is"],
  ECONNREFUSED: ["nobody listens there", "Start Docker, or set DOCKER_HOST to where it is"],
  EACCES: [
    "your user may not use the socket",
    "Join the group that owns it, usually docker, and log in again",
  ],
  EPERM: ["your user may not use the socket", "Join the group that owns it, usually docker"],
  ENOTFOUND: ["no such machine", "Correct the name"],
  EAI_AGAIN: ["the machine's name cannot be looked up", "Mend the network or correct the name"],
  ETIMEDOUT: ["no answer in time", "See whether the machine runs and lets you through"],
  ABORT_ERR: ["no answer in time", "See whether Docker runs there and is not stuck"],
  EHOSTUNREACH: ["no way to the machine", "Mend the network or correct the address"],
  ECONNRESET: ["the connection was cut", "See whether Docker runs there, and whether it wants TLS"],
};

const anyOther = "Start Docker, or set DOCKER_HOST to where it is";

/** No connection to the engine came about, or it broke. The message says where, why and what to do. */
export class EngineUnreachable extends Error {
  override readonly name = "EngineUnreachable";
  /** The first line alone. */
  readonly fault: string;
  /** The second line alone. */
  readonly remedy: string;

  constructor({ url, source }: EngineAddress, cause: unknown) {
    const [reason, remedy] = explain(cause);
    const fault = `cannot reach the Docker engine at ${url} (${source}): ${reason}`;
    super(`${fault}.\n${remedy}.`, { cause });
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** A name with several addresses fails once for each of them; the first says enough. */
function explain(cause: unknown): [reason: string, remedy: string] {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return [String(first), anyOther];
  const code = "code" in first && typeof first.code === "string" ? first.code : "";
  return meanings[code] ?? [first.message, anyOther];
}
