import { engine } from "../../test/docker/engine";
import type { TestContainer } from "../../test/docker/testContainer";

/** Seconds that the processes of containers have computed so far. Other work on the machine changes them much less than it changes time. */
export async function computingOf(...containers: readonly TestContainer[]): Promise<number> {
  let nanoseconds = 0;
  for (const { id } of containers) {
    const once = { stream: false, "one-shot": true } as const;
    const { cpu_stats: cpu } = await engine.getContainer(id).stats(once);
    nanoseconds += cpu.cpu_usage.total_usage;
  }
  return nanoseconds / 1e9;
}
