import { Client, credentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { provider } from "../../src/postgresql/provider";
import { type ServedPlugin, servePlugin } from "../../src/protocol/servePlugin";
import type { Json } from "./json";
import { type Method, requestMessage } from "./requestMessage";
import { responseJson } from "./responseJson";

/** The plugin, over a real connection, with the JSON of the recordings. */
export interface PluginClient {
  call: (method: Method, request: Json) => Promise<Json>;
  /** As when a user interrupts a run. */
  cancel: () => Promise<void>;
  close: () => Promise<void>;
}

/** Serves a plugin in this process. */
export async function startPlugin(
  served: () => Promise<ServedPlugin> = () => servePlugin(provider),
): Promise<PluginClient> {
  const { port, close } = await served();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    call: (method, request) => call(client, method, request),
    cancel: () =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = ResourceProviderService.cancel;
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          new Empty(),
          (error) => {
            if (error === null) resolve();
            else reject(new Error(error.details));
          },
        );
      }),
    close: async () => {
      client.close();
      await close();
    },
  };
}

function call(client: Client, method: Method, request: Json): Promise<Json> {
  const { path, responseDeserialize } = ResourceProviderService[method];
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (message: ReturnType<typeof requestMessage>) => Buffer.from(message.serializeBinary()),
      (bytes: Buffer): unknown => responseDeserialize(bytes),
      requestMessage(method, request),
      (error, response) => {
        if (error === null) resolve(responseJson(response));
        else reject(new Error(error.details));
      },
    );
  });
}
