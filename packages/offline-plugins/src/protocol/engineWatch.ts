import { connect } from "node:net";

const interval = 1_000;
/** So many probes in a row have to fail: a busy machine may miss one. */
const patience = 3;

/**
 * Calls `lost` once the engine is gone, even if it was killed and could tell nobody: a plugin that outlives its engine
 * would hold its connections to the database for ever.
 *
 * Watches the parent process, and where `address` is given whether somebody listens there.
 *
 * @returns a function that ends the watch.
 */
export function watchEngine(address: string | undefined, lost: () => void): () => void {
  const parent = process.ppid;
  let failures = 0;
  const timer = setInterval(() => {
    if (process.ppid !== parent) lost();
    else if (address !== undefined) void probe(address).then(count);
  }, interval);
  return () => {
    clearInterval(timer);
  };

  function count(reached: boolean) {
    failures = reached ? 0 : failures + 1;
    if (failures === patience) lost();
  }
}

function probe(address: string): Promise<boolean> {
  const separator = address.lastIndexOf(":");
  const host = address.slice(0, separator);
  const port = Number(address.slice(separator + 1));
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: interval });
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
