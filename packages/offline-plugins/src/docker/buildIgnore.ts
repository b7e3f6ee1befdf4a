/** Says of a path within a build context whether the builder gets it. */
export interface BuildIgnore {
  /** @param path relative to the context, with `/` between folders */
  ignores: (path: string) => boolean;
  /** Whether nothing within an ignored folder can be wanted, so that nobody has to look into it. */
  ignoresAllWithin: (folder: string) => boolean;
}

interface Pattern {
  text: string;
  keeps: boolean;
  matches: RegExp;
}

/**
 * Reads a `.dockerignore`: of all lines that fit a path or a folder above it, the last one decides, and `!` keeps.
 *
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
 *
 * @param kept paths that the builder needs whatever the file says
 */
export function buildIgnore(text: string, kept: readonly string[]): BuildIgnore {
  const patterns = [...text.replace(/^\uFEFF/, "").split("\n"), ...kept.map((path) => `!${path}`)]
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => readPattern(line.trim()));

  const ignores = (path: string) => {
    const folders = path.split("/");
    const ways = folders.map((_, index) => folders.slice(0, index + 1).join("/"));
    return patterns.reduce(
      (ignored, { keeps, matches }) =>
        keeps === ignored && ways.some((way) => matches.test(way)) ? !keeps : ignored,
      false,
    );
  };
  return {
    ignores,
    ignoresAllWithin: (folder) =>
      ignores(folder) &&
      !patterns.some(({ text, keeps }) => keeps && `${text}/`.startsWith(`${folder}/`)),
  };
}

function readPattern(line: string): Pattern[] {
  const keeps = line.startsWith("!");
  const text = clean(keeps ? line.slice(1).trim() : line);
  if (text === "" || text === ".") return [];
  return [{ text, keeps, matches: expression(text) }];
}

/** As Go's filepath.Clean: no empty parts, no `.`, and `..` takes one part away. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0) parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

function expression(pattern: string): RegExp {
  const source = pattern.replace(
    /\*\*\/|\*\*|\*|\?|\\.|\[(?:\\.|[^\]])+\]|[.$+^(){}|[\]\\]/gs,
    (token) => {
      if (token === "**/") return "(?:.*/)?";
      if (token === "**") return ".*";
      if (token === "*") return "[^/]*";
      if (token === "?") return "[^/]";
      if (token.length > 1) return token;
      return `\\${token}`;
    },
  );
  return new RegExp(`^${source}$`, "s");
}
