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

/**
 * Implements the protocol for one provider.
 *
 * @param engine the address of the engine that started the plugin; an engine that attaches later sends its own
 * @param attached called with the address of an engine that attaches
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
    // An empty answer: the engine then compares inputs itself, and no change of a connection's settings replaces resources.
    diffConfig: unary(() => new rpc.DiffResponse()),
    configure: unary(async (request: rpc.ConfigureRequest) => {
      await session?.close();
      session = definition.configure(decodeProperties(request.getArgs()), {
        // Reads `log` at each call, because another engine may attach.
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

interface ProviderService {
  methods: UntypedServiceImplementation;
  close: () => Promise<void>;
}

/** Makes a gRPC handler of a function. If the function throws, its message becomes the call's error. */
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
