/** What a preview with --diff says about one resource: in the refresh, in the update, or in both. */
export function resourceInPreview(output: string, name: string): string {
  return output
    .split(/(?=\[urn=)/)
    .filter((block) => block.split("\n", 1)[0]?.endsWith(`::${name}]`))
    .join("\n");
}
