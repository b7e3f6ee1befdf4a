import type { ByHand } from "./dockerCatalogue/byHand";
import type { DriftCase } from "./driftCase";

const outcomes = { repairs: "repairs it", refuses: "refuses", leaves: "leaves it" } as const;

/** One area of the catalogue as a Markdown table, not yet formatted. */
export function renderCatalogue(cases: readonly DriftCase<ByHand>[]): string {
  const head = ["Kind", "Done by hand", "A preview says", "`up`"];
  return [head, head.map(() => "---"), ...cases.map(row)]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function row({ kind, what, break: broken, says, shownBy, up, note }: DriftCase<ByHand>): string[] {
  const change = typeof broken === "string" ? code(broken) : broken.map(describe).join("; ");
  const after = note === undefined ? "" : `. ${note}`;
  const plain =
    shownBy === undefined ? "" : `plain ${code(["pulumi preview", ...shownBy].join(" "))}: `;
  return [kind, `${what}: ${change}`, `${plain}${code(readable(says))}`, `${outcomes[up]}${after}`];
}

/** The default prefix of the names of a stack in Docker. */
const prefix = "hosterizer-dev";

function describe(change: ByHand): string {
  if ("docker" in change) {
    const names = change.of.map((name) => `${prefix}${name}`);
    return code(`docker ${[change.docker, ...names].join(" ")}`);
  }
  if ("serverFile" in change) {
    const { serverFile, from, to } = change;
    const place = `in ${code(serverFile)} of the server's configuration`;
    return `${place} ${to === "" ? `${code(from)} is gone` : `${code(from)} becomes ${code(to)}`}`;
  }
  if ("volume" in change) {
    return `root runs ${code(change.command)} in the volume ${code(`${prefix}${change.volume}`)}`;
  }
  if ("certificate" in change) {
    const its = code(change.certificate);
    return "daysOld" in change
      ? `${its} is ${change.daysOld} days old`
      : `${its} is signed by another`;
  }
  const file = code(change.file);
  if ("from" in change) return `in ${file} ${code(change.from)} becomes ${code(change.to)}`;
  if ("text" in change) return `${file} is ${code(change.text)}`;
  return "movedTo" in change ? `${file} becomes ${code(change.movedTo)}` : `${file} is removed`;
}

function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** A pattern with an ellipsis for the parts that differ between databases. */
function readable(says: string | RegExp): string {
  if (typeof says === "string") return says;
  return says.source
    .replaceAll(/\.[*+]\??|\[\^\]\*\??|\\d\+|\\w\+|\\S\+|\\s\+/g, "…")
    .replaceAll(/^\^|\$$/g, "")
    .replaceAll(/\\(.)/g, "$1");
}
