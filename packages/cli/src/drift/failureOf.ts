import type { Preview } from "./previewOutput";

/** Pulumi's exit code of a preview that was to have no changes and has some. */
const changed = 7;

/**
 * Why a preview could not find out what it was asked.
 *
 * @returns undefined if it could
 */
export function failureOf(
  { code, stderr }: { code: number; stderr: string },
  preview: Preview | undefined,
): string | undefined {
  const errors = (preview?.diagnostics ?? [])
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => withoutTrace(message));
  if (errors.length > 0) return withoutEchoes(errors).join("\n");
  if (preview !== undefined && (code === 0 || code === changed)) return undefined;
  return withoutTrace(stderr) || `pulumi preview ended with exit code ${code}`;
}

// Where it happened in the program's code is for its developers: `npm run preview -- --diff` shows it.
function withoutTrace(message: string): string {
  return message
    .split("\n")
    .filter((line) => !/^\s+at /.test(line))
    .join("\n")
    .replace(/^error: (Preview failed: )?/, "")
    .trim();
}

/** A server that nobody reaches is said by each resource that asks it, behind what it was asked for. Once is enough. */
function withoutEchoes(errors: readonly string[]): string[] {
  const causes = errors.filter((error) => error !== "preview failed");
  const said = causes.map((error) => unreachable.exec(error)?.[0] ?? error);
  return said.length === 0 ? [...errors] : [...new Set(said)];
}

// In the words of the offline plugin, of the official one, and of Node.js.
const unreachable = /(cannot reach the PostgreSQL server at|dial tcp|connect E[A-Z]+) \S*:\d+.*/;
