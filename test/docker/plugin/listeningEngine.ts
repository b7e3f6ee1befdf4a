import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { unary } from "@hosterizer/offline-plugins/protocol/providerService";

/** The part of Pulumi's engine that receives messages of plugins. */
export interface ListeningEngine {
  address: string;
  /** All messages, in order. */
  heard: string[];
  close: () => void;
}

export async function listeningEngine(): Promise<ListeningEngine> {
  const heard: string[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log: unary((request: LogRequest) => {
      heard.push(request.getMessage());
      return new Empty();
    }),
    getRootResource: unary(() => new Empty()),
    setRootResource: unary(() => new Empty()),
    startDebugging: unary(() => new Empty()),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    heard,
    close: () => {
      server.forceShutdown();
    },
  };
}
