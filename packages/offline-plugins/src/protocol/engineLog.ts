import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows messages in the output of `pulumi up`. */
export interface EngineLog {
  warn: (message: string) => void;
  /** Shows the current step on a terminal until another one replaces it. */
  status: (message: string) => void;
  close: () => void;
}

/** @param address where the engine listens, `host:port`. Without one, messages are dropped. */
export function engineLog(address: string | undefined): EngineLog {
  const nothing = () => undefined;
  if (address === undefined) return { warn: nothing, status: nothing, close: nothing };
  const engine = new EngineClient(address, credentials.createInsecure());
  let last: Promise<void> = Promise.resolve();
  // Sent one after the other, because the engine may handle concurrent messages in any order.
  const send = (request: LogRequest) => {
    last = last.then(
      () =>
        new Promise((resolve) => {
          // A message that cannot be delivered must not fail its operation.
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
