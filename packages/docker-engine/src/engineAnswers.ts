import { CommandError } from "@hosterizer/cli/commandError";
import { connectEngine } from "./connectEngine";
import { EngineUnreachable } from "./engineUnreachable";
import { findEngine } from "./findEngine";

/** Whether a Docker engine can be used from here. */
export type EngineAnswer =
  | {
      answers: true;
      /** Its address, as `DOCKER_HOST` would have it. */
      url: string;
      /** The engine's own version: `20.10.24`. */
      version: string;
      /** The newest version of its API: `1.41`. */
      apiVersion: string;
    }
  | {
      answers: false;
      /** Where and why, one line and no full stop. */
      reason: string;
      /** What to do about it, a sentence. */
      remedy: string;
    };

/** Milliseconds. A login through ssh may take some seconds. */
const patience = { socket: 5_000, tcp: 5_000, ssh: 15_000 };

/** Asks the engine for its version, briefly. Never throws for an engine that is not there. */
export async function engineAnswers(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<EngineAnswer> {
  try {
    const address = findEngine(environment);
    const { modem } = connectEngine(address);
    const version = await new Promise<{ Version: string; ApiVersion: string }>(
      (resolve, reject) => {
        const abortSignal = AbortSignal.timeout(patience[address.kind]);
        const request = { path: "/version", method: "GET", statusCodes: { 200: true } };
        modem.dial({ ...request, abortSignal }, (error, result) => {
          if (error === null) resolve(result as { Version: string; ApiVersion: string });
          else reject(error);
        });
      },
    );
    const { url } = address;
    return { answers: true, url, version: version.Version, apiVersion: version.ApiVersion };
  } catch (error) {
    if (error instanceof EngineUnreachable) {
      return { answers: false, reason: error.fault, remedy: `${error.remedy}.` };
    }
    if (!(error instanceof CommandError)) throw error;
    const [reason = "", ...remedy] = error.message.split("\n");
    return { answers: false, reason: reason.replace(/\.$/, ""), remedy: remedy.join(" ") };
  }
}
