import type { dynamic } from "@pulumi/pulumi";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { engine } from "../docker/engine";
import { runInside } from "../docker/runInside";
import { awaitHealth } from "../docker/awaitHealth";
import { changes } from "./changes";
import type { ContainerRestartInputs } from "./containerRestart";
import { driftLines } from "./driftLines";

type Inputs = ContainerRestartInputs & { drift?: string[] };

/** Adds `drift`: that the container has to be restarted. */
export function check(
  olds: Partial<Inputs>,
  news: ContainerRestartInputs,
): Promise<dynamic.CheckResult<Inputs>> {
  const found = runsWithEarlier(olds, news) ? [restarted(news)] : [];
  return Promise.resolve({ inputs: { ...news, drift: driftLines(found) } });
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["container", "written"], ["drift"]));
}

/** The container was made after its files were written. */
export function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  return Promise.resolve({ id: inputs.name, outs: inputs });
}

export async function update(
  _id: string,
  olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  if (runsWithEarlier(olds, news)) {
    const container = engine().getContainer(news.container);
    if (news.beforeEnd !== undefined) await runInside(container, news.beforeEnd);
    // The container has its own time to end.
    await container.restart();
    await awaitHealth(container, news.patience).catch((cause: unknown) => {
      const fault = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`container ${news.name}: ${fault}`, { cause });
    });
  }
  return { outs: news };
}

/** Leaves everything: the container goes by itself. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

/** Another container was made with the files as they are. */
function runsWithEarlier(olds: Partial<Inputs>, news: ContainerRestartInputs): boolean {
  return olds.container === news.container && olds.written !== news.written;
}

/** The kind of drift that is a container's with earlier files. */
export const restartKind = "container files not in force";

function restarted({ name }: ContainerRestartInputs): Difference {
  const object = `container ${name}`;
  const found = {
    kind: restartKind,
    object,
    expected: "started with its files as declared",
  } as const;
  return {
    ...found,
    actual: "started with others",
    repair: "automatic",
    reason: "it is restarted",
  };
}

declare module "@hosterizer/postgres/convergence/difference" {
  interface DifferenceKinds {
    containerRestart: typeof restartKind;
  }
}
