/** The texts that a preview with --diff shows in quotes, as they are: among them each line of drift. */
export function quotedLines(output: string): string[] {
  return Array.from(output.matchAll(/"(?:[^"\\\n]|\\.)*"/g), ([quoted]) => {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return quoted;
    }
  });
}
