import { connect } from "node:net";

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";

import { providerService } from "./providerService";
import type { ProviderDefinition, ProviderSession } from "./resourceType";

/**
 * Runs a provider as the plugin process that `pulumi` starts. It prints its port, the only output that a plugin may write to
 * standard output, and exits with its engine.
 *
 * @param arguments_ the command line: the engine's address, unless an engine attaches later
 */
export async function runPlugin<Session extends ProviderSession>(
  definition: ProviderDefinition<Session>,
  arguments_: readonly string[],
): Promise<void> {
  const engine = arguments_.find((argument) => !argument.startsWith("-"));
  const plugin = await servePlugin(definition, engine, (address) => {
    stopWatching();
    stopWatching = watchEngine(address, end);
  });
  let stopWatching = watchEngine(engine, end);
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.stdout.write(`${plugin.port}\n`);

  function end() {
    stopWatching();
    // The server rolls open transactions back when their connections close.
    setTimeout(() => process.exit(0), 2_000).unref();
    void plugin.close().finally(() => process.exit(0));
  }
}

/** Serves a provider on a free port of the loopback interface. */
export async function servePlugin<Session extends ProviderSession>(
  definition: ProviderDefinition<Session>,
  engine?: string,
  attached?: (engine: string) => void,
): Promise<ServedPlugin> {
  const service = providerService(definition, engine, attached);
  const server = new Server({
    "grpc.max_receive_message_length": maximumMessage,
    "grpc.max_send_message_length": maximumMessage,
  });
  server.addService(ResourceProviderService, service.methods);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    close: async () => {
      server.forceShutdown();
      await service.close();
    },
  };
}

export interface ServedPlugin {
  port: number;
  close: () => Promise<void>;
}

/** The engine's own limit in bytes. One message carries a whole resource. */
const maximumMessage = 400 * 1024 * 1024;

/**
 * Calls `lost` when the engine is gone, even if it was killed without a message. A plugin that outlives its engine would keep
 * its database connections open.
 *
 * Watches the parent process and, if `address` is given, whether a process listens there.
 *
 * @returns a function that ends the watch
 */
function watchEngine(address: string | undefined, lost: () => void): () => void {
  const parent = process.ppid;
  let failures = 0;
  const timer = setInterval(() => {
    if (process.ppid !== parent) lost();
    else if (address !== undefined) void probe(address).then(count);
  }, probeInterval);
  return () => {
    clearInterval(timer);
  };

  function count(reached: boolean) {
    failures = reached ? 0 : failures + 1;
    if (failures === failuresToGiveUp) lost();
  }
}

const probeInterval = 1_000;
/** The number of probes in a row that must fail, because a busy machine may miss one. */
const failuresToGiveUp = 3;

function probe(address: string): Promise<boolean> {
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator);
  const port = Number(address.slice(separator + 1));
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: probeInterval });
    const finish = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket
      .once("connect", () => {
        finish(true);
      })
      .once("error", () => {
        finish(false);
      })
      .once("timeout", () => {
        finish(false);
      });
  });
}
