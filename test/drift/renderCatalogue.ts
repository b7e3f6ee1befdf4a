import type { DriftCase, FileChange } from "./driftCase";

const outcomes = { repairs: "repairs it", refuses: "refuses", leaves: "leaves it" } as const;

/** One area of the catalogue as a table in Markdown, as the formatter wants it or not. */
export function renderCatalogue(cases: readonly DriftCase[]): string {
  const head = ["Kind", "Done by hand", "A preview says", "`up`"];
  return [head, head.map(() => "---"), ...cases.map(row)]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function row({ kind, what, break: broken, says, up, note }: DriftCase): string[] {
  const change = typeof broken === "string" ? code(broken) : broken.map(describe).join("; ");
  const after = note === undefined ? "" : `. ${note}`;
  return [kind, `${what}: ${change}`, code(readable(says)), `${outcomes[up]}${after}`];
}

function describe(change: FileChange): string {
  const file = code(change.file);
  if ("from" in change) return `in ${file} ${code(change.from)} becomes ${code(change.to)}`;
  if ("text" in change) return `${file} is ${code(change.text)}`;
  return "movedTo" in change ? `${file} becomes ${code(change.movedTo)}` : `${file} is removed`;
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** A pattern with an ellipsis for what differs from one database to another. */
function readable(says: string | RegExp): string {
  if (typeof says === "string") return says;
  return says.source
    .replaceAll(/\.[*+]\??|\[\^\]\*\??|\\d\+|\\w\+|\\S\+|\\s\+/g, "…")
    .replaceAll(/^\^|\$$/g, "")
    .replaceAll(/\\(.)/g, "$1");
}
