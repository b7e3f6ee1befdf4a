import type * as pulumi from "@pulumi/pulumi";

/**
 * Waits for an output, which is there when the resources are that it comes from.
 *
 * Not for a preview, which waits forever for what is not known before an update.
 */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}
