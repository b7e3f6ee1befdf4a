import * as pulumi from "@pulumi/pulumi";

import { valueOf } from "./components/valueOf";

/**
 * What a stack tells of itself, without what is not there yet: an update of some resources alone, as of a server that is
 * brought up first, makes no passwords and no schema.
 */
export async function presentOutputs(
  outputs: Readonly<Record<string, pulumi.Input<unknown>>>,
): Promise<Readonly<Record<string, pulumi.Input<unknown>>>> {
  if (pulumi.runtime.isDryRun()) return outputs;
  const found = await Promise.all(
    Object.entries(outputs).map(async ([name, output]) => {
      const isThere = (await valueOf(pulumi.output(output))) !== undefined;
      return isThere ? [[name, output] as const] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}
