import type Dockerode from "dockerode";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
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
    async (news, olds) => {
      if (hasEarlierFiles(olds, news)) return [restart(news)];
      // Pulumi, or the engine, may just have started the one that was there before.
      if (olds.container === news.container) await awaitStart(news);
      return [];
    },
    ({ container }) => container,
  ),
  apply: async (inputs) => {
    const container = engine().getContainer(inputs.container);
    const { State } = await container.inspect();
    if (Date.parse(State.StartedAt) < Date.parse(inputs.written)) {
      if (inputs.beforeEnd !== undefined) await runInside(container, inputs.beforeEnd);
      // The engine waits as long as the container's own stop timeout.
      await container.restart();
    }
    await becomeHealthy(container, inputs);
    return inputs;
  },
});

async function awaitStart(inputs: Inputs): Promise<void> {
  const container = engine().getContainer(inputs.container);
  const { State } = (await ifExists(container.inspect())) ?? {};
  if (State?.Running === true && State.Health?.Status === "starting")
    await becomeHealthy(container, inputs);
}

async function becomeHealthy(
  container: Dockerode.Container,
  { name, patience }: Inputs,
): Promise<void> {
  await awaitHealth(container, patience).catch((cause: unknown) => {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`container ${name}: ${fault}`, { cause });
  });
}

/** Whether the files were written since the last update, after which the container ran with those before. A new one starts with the present ones. */
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
