import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it. */
export interface Recorded {
  type: string;
  inputs: Record<string, unknown>;
}

/** Runs a program against mocks and returns each resource by its type and name. */
export async function record(program: () => void): Promise<Map<string, Recorded>> {
  const recorded = new Map<string, Recorded>();
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      const known = inputs as Record<string, unknown>;
      recorded.set(`${type.split(":").at(-1) ?? type} ${name}`, { type, inputs: known });
      return { id: `${name}-id`, state: known };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  });
  program();
  // A constructor only queues its registration; nothing is recorded until the queue is empty.
  await pulumi.runtime.disconnect();
  return recorded;
}
