import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows warnings in the output of `pulumi up`. */
export interface EngineLog {
  warn: (message: string) => void;
  close: () => void;
}

/** @param address Where the engine listens, `host:port`. Without one, warnings go nowhere. */
export function engineLog(address: string | undefined): EngineLog {
  if (address === undefined) return { warn: () => undefined, close: () => undefined };
  const engine = new EngineClient(address, credentials.createInsecure());
  return {
    warn: (message) => {
      const request = new LogRequest();
      request.setSeverity(LogSeverity.WARNING);
      request.setMessage(message);
      // A warning that cannot be delivered must not fail the operation that it is about.
      engine.log(request, () => undefined);
    },
    close: () => {
      engine.close();
    },
  };
}
