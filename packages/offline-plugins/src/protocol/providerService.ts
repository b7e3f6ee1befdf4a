import {
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { engineLog } from "./engineLog";
import { packageSchema } from "./packageSchema";
import { ResourceService } from "./resourceService";
import type { ProviderDefinition, ProviderSession } from "./resourceType";
import { checkResponse, decodeProperties } from "./wire";

/** A plugin's side of the protocol, and what it holds open. */
interface ProviderService {
  methods: UntypedServiceImplementation;
  close: () => Promise<void>;
}

/**
 * Serves one provider.
 *
 * @param engine Where the engine that started the plugin listens; one that attaches later says so itself.
 * @param attached Called with the address of an engine that attaches.
 */
export function providerService<Session extends ProviderSession>(
  definition: ProviderDefinition<Session>,
  engine: string | undefined,
  attached: (engine: string) => void = () => undefined,
): ProviderService {
  let log = engineLog(engine);
  let session: Session | undefined;
  const resources = new ResourceService(definition, () => {
    if (session === undefined) throw new Error(`the provider ${definition.name} is not configured`);
    return session;
  });

  const methods = {
    getPluginInfo: unary(() => new PluginInfo().setVersion(definition.version)),
    attach: unary((request: PluginAttach) => {
      log.close();
      log = engineLog(request.getAddress());
      attached(request.getAddress());
      return new Empty();
    }),
    getSchema: unary(() =>
      new rpc.GetSchemaResponse().setSchema(JSON.stringify(packageSchema(definition))),
    ),
    getMapping: unary(() => new rpc.GetMappingResponse()),
    getMappings: unary(() => new rpc.GetMappingsResponse()),
    cancel: unary(() => {
      session?.cancel();
      return new Empty();
    }),

    checkConfig: unary((request: rpc.CheckRequest) => {
      const { inputs, faults } = definition.checkConfiguration(decodeProperties(request.getNews()));
      const secrets = [...definition.secretConfiguration].filter((name) => name in inputs);
      return checkResponse(inputs, faults, new Set(secrets));
    }),
    // Left open, so that the engine compares: no change of a connection's settings replaces what it reaches.
    diffConfig: unary(() => new rpc.DiffResponse()),
    configure: unary(async (request: rpc.ConfigureRequest) => {
      await session?.close();
      session = definition.configure(decodeProperties(request.getArgs()), {
        // The engine may be another by then.
        warn: (message) => {
          log.warn(message);
        },
        status: (message) => {
          log.status(message);
        },
      });
      return new rpc.ConfigureResponse()
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: unary((request: rpc.CheckRequest) => resources.check(request)),
    diff: unary((request: rpc.DiffRequest) => resources.diff(request)),
    create: unary((request: rpc.CreateRequest) => resources.create(request)),
    read: unary((request: rpc.ReadRequest) => resources.read(request)),
    update: unary((request: rpc.UpdateRequest) => resources.update(request)),
    delete: unary((request: rpc.DeleteRequest) => resources.delete(request)),

    invoke: unary((request: rpc.InvokeRequest): rpc.InvokeResponse => {
      throw new Error(refusal("function", request.getTok()));
    }),
    call: unary((request: rpc.CallRequest): rpc.CallResponse => {
      throw new Error(refusal("method", request.getTok()));
    }),
    construct: unary((request: rpc.ConstructRequest): rpc.ConstructResponse => {
      throw new Error(refusal("component", request.getType()));
    }),
  };
  return {
    methods,
    close: async () => {
      log.close();
      await session?.close();
    },
  };

  function refusal(kind: string, token: string): string {
    const official = `${definition.name} ${definition.version}`;
    return `${kind} "${token}" is not served by the offline plugin; it needs the official plugin ${official}`;
  }
}

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
