import { engine } from "../test/docker/engine";

/** Docker's statistics of a control group: `total_rss` with version 1, `anon` with version 2. */
interface MemoryStats {
  stats: { total_rss?: number; anon?: number };
}

/** The memory of a container's processes, without cached files, in bytes. */
export async function ownMemory(container: string): Promise<number> {
  // Without it Docker measures twice, a second apart, to compute the CPU usage.
  const once = { stream: false, "one-shot": true } as const;
  const read = (await engine.getContainer(container).stats(once)) as { memory_stats: MemoryStats };
  const { total_rss: rss, anon } = read.memory_stats.stats;
  const bytes = rss ?? anon;
  if (bytes === undefined) throw new Error("Docker tells nothing about the container's memory");
  return bytes;
}

/** The peak memory while something ran, by samples, and the result of that. */
export async function peakMemory<T>(
  container: string,
  run: () => Promise<T>,
): Promise<{ peak: number; result: T }> {
  const watch = { running: true, peak: 0 };
  const watching = (async () => {
    while (watch.running) watch.peak = Math.max(watch.peak, await ownMemory(container));
  })();
  const result = await run().finally(() => {
    watch.running = false;
  });
  await watching;
  return { peak: watch.peak, result };
}
