import * as pulumi from "@pulumi/pulumi";

/**
 * The stack's outputs that have a value. An update of a few resources, such as one that starts the server first, generates no
 * passwords and runs no migrations.
 */
export async function presentOutputs(
  outputs: Readonly<Record<string, pulumi.Input<unknown>>>,
): Promise<Readonly<Record<string, pulumi.Input<unknown>>>> {
  if (pulumi.runtime.isDryRun()) return outputs;
  const entries = Object.entries(outputs);
  const values = await Promise.all(entries.map(([, output]) => awaitOutput(pulumi.output(output))));
  return Object.fromEntries(entries.filter((_, index) => values[index] !== undefined));
}

/**
 * Waits for the value of an output, which is known once the resources that it comes from are created.
 *
 * Never call it in a preview: what is unknown before an update never resolves.
 */
export function awaitOutput<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
