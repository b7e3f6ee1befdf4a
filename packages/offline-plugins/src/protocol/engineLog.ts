import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows messages in the output of `pulumi up`. */
export interface EngineLog {
  warn: (message: string) => void;
  /** What is going on, shown on a terminal until something else is. */
  status: (message: string) => void;
  close: () => void;
}

/** @param address Where the engine listens, `host:port`. Without one, messages go nowhere. */
export function engineLog(address: string | undefined): EngineLog {
  const nothing = () => undefined;
  if (address === undefined) return { warn: nothing, status: nothing, close: nothing };
  const engine = new EngineClient(address, credentials.createInsecure());
  let last: Promise<void> = Promise.resolve();
  // One after the other, as the engine may answer them in any order.
  const send = (request: LogRequest) => {
    last = last.then(
      () =>
        new Promise((resolve) => {
          // A message that cannot be delivered must not fail the operation that it is about.
          engine.log(request, () => {
            resolve();
          });
        }),
    );
  };
  return {
    warn: (message) => {
      send(new LogRequest().setSeverity(LogSeverity.WARNING).setMessage(message));
    },
    status: (message) => {
      const request = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(message);
      send(request.setEphemeral(true));
    },
    close: () => {
      engine.close();
    },
  };
}
