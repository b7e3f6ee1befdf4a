import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something is so. @throws after two minutes */
export async function poll(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what}: still not so after two minutes`);
    await sleep(250);
  }
}
