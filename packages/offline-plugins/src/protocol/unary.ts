import {
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  status,
} from "@grpc/grpc-js";

/** A handler of one method: the request in, the response out. What it throws is the call's error, by its message alone. */
export function unary<Request, Response>(
  run: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => {
    Promise.resolve(call.request)
      .then(run)
      .then((response) => {
        respond(null, response);
      })
      .catch((error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        respond({ code: status.UNKNOWN, details });
      });
  };
}
