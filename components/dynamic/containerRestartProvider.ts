import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { ContainerRestartInputs } from "./containerRestart";
import { awaitHealth, engine, runInside } from "./dockerEngine";
import { checkDrift } from "./drift";
import { makeProvider } from "./provider";

type Inputs = ContainerRestartInputs;

export const provider = makeProvider<Inputs>({
  id: ({ name }) => name,
  compared: ({ container, written }) => [container, written],
  check: checkDrift(
    (news, olds) => Promise.resolve(hasEarlierFiles(olds, news) ? [restart(news)] : []),
    () => [],
  ),
  apply: async (inputs, before) => {
    if (before !== undefined && hasEarlierFiles(before, inputs)) {
      const container = engine().getContainer(inputs.container);
      if (inputs.beforeEnd !== undefined) await runInside(container, inputs.beforeEnd);
      // The engine waits as long as the container's own stop timeout.
      await container.restart();
      await awaitHealth(container, inputs.patience).catch((cause: unknown) => {
        const fault = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`container ${inputs.name}: ${fault}`, { cause });
      });
    }
    return inputs;
  },
});

/** Whether the files were written after the container was started. A new container was started with the present ones. */
function hasEarlierFiles(olds: Inputs, news: Inputs): boolean {
  return olds.container === news.container && olds.written !== news.written;
}

/** The kind of drift of a container that runs with earlier files. */
export const restartKind = "container files not in force";

function restart({ name }: Inputs): Difference {
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
