import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { isLeak } from "@hosterizer/postgres/audit/leaks";
import { npmCommand, shellWord } from "@hosterizer/postgres/npmCommand";
import { cut, differenceLine } from "./differenceLine";
import type { DriftReport } from "./driftReport";

/** What the text goes to. */
export interface Screen {
  /** In columns. No line is longer, unless it is a command. */
  width: number;
  bold: (text: string) => string;
  red: (text: string) => string;
}

interface Group {
  title: string;
  /** As the sum at the end says it. */
  sum: (count: number) => string;
  has: (difference: Difference) => boolean;
}

/** The program declares these, and no update has made them yet. */
const declared: ReadonlySet<string> = new Set(["migration pending", "resource"]);

const groups = {
  repaired: {
    title: "up repairs",
    sum: (count) => `repairs ${count}`,
    has: ({ kind, repair }) => repair === "automatic" && !declared.has(kind),
  },
  refused: {
    title: "up refuses, you decide",
    sum: (count) => `refuses ${count}`,
    has: ({ repair }) => repair === "refused",
  },
  told: {
    title: "up leaves, others own it",
    sum: (count) => `leaves ${count}`,
    has: ({ repair }) => repair === "none",
  },
  declared: {
    title: "up applies",
    sum: (count) => `applies ${count}`,
    has: ({ kind, repair, expected }) =>
      repair === "automatic" && declared.has(kind) && expected !== "undone",
  },
  undone: {
    title: "up undoes",
    sum: (count) => `undoes ${count}`,
    has: ({ kind, repair, expected }) =>
      repair === "automatic" && declared.has(kind) && expected === "undone",
  },
} as const satisfies Readonly<Record<string, Group>>;

/** What is unsafe about a migration stands below it. */
const indent = 2;

/**
 * A comparison that could be made, for people: a line for each difference, grouped by what `up` does about it, with what lets
 * somebody see or do more than is declared first, and what to do next.
 */
export function renderDrift(report: DriftReport, screen: Screen): string {
  const { stack, differences, warnings } = report;
  const told = warnings.flatMap((warning) => wrapped(`Warning: ${warning}`, screen.width));
  if (report.isNew === true) return [...renderNew(report, screen), ...told].join("\n");
  if (differences.length === 0)
    return [`Stack ${stack} is as the program declares it.`, ...told].join("\n");

  const isCut = differences.some((difference) => {
    if (difference.kind === "migration pending") return false;
    const whole = differenceLine(difference, Infinity);
    return differenceLine(difference, screen.width - 2 * indent) !== whole;
  });
  return [
    ...headline(report, screen),
    renderDifferences(differences, screen),
    ...told,
    ...nextSteps(stack, differences),
    ...(isCut ? [`Shortened lines in full: ${npmCommand("-s drift", ["--json"], stack)}`] : []),
  ].join("\n");
}

/** Differences alone, and their sum. */
export function renderDifferences(differences: readonly Difference[], screen: Screen): string {
  return [
    ...Object.values<Group>(groups).flatMap((group) => renderGroup(group, differences, screen)),
    "",
    `${counted(differences.length, "difference")}: ${sum(differences)}.`,
  ].join("\n");
}

function headline({ stack, differences }: DriftReport, { width, bold, red }: Screen): string[] {
  if (differences.every(({ kind }) => kind === "migration pending")) {
    const others = differences.every(groups.undone.has)
      ? "Migrations after its target are applied."
      : "Its migrations are not all applied.";
    return [bold(`Stack ${stack} has not drifted. ${others}`)];
  }
  const leaks = differences.filter(isLeak).length;
  const title = bold(`Stack ${stack} differs from the program.`);
  if (leaks === 0) return [title];
  const { verb, pronoun } =
    leaks === 1 ? { verb: "is", pronoun: "it" } : { verb: "are", pronoun: "them" };
  const words = `! ${leaks} ${verb} open: by ${pronoun} somebody sees or does more than is declared.`;
  return [title, red(cut(words, width))];
}

function renderGroup(group: Group, differences: readonly Difference[], screen: Screen): string[] {
  const its = differences.filter(group.has);
  if (its.length === 0) return [];
  const leaks = its.filter(isLeak);
  const others = its.filter((difference) => !isLeak(difference));
  return [
    "",
    screen.bold(`${group.title} (${its.length}):`),
    ...leaks.flatMap((difference) => renderOne(difference, screen, screen.red("!"))),
    ...others.flatMap((difference) => renderOne(difference, screen, " ")),
  ];
}

function renderOne(difference: Difference, { width }: Screen, mark: string): string[] {
  const room = width - 2 * indent;
  const { object, reason, expected } = difference;
  if (difference.kind !== "migration pending")
    return [`  ${mark} ${differenceLine(difference, room)}`];
  const name = object.replace(/^migration /, "");
  const verb = expected === "undone" ? "to undo" : "pending";
  const notes = (reason ?? "").split("\n").filter((note) => note !== "");
  return [
    `  ${mark} ${cut(`${verb}: ${name}`, room)}`,
    ...notes.flatMap((note) => wrapped(note, room - indent).map((line) => `      ${line}`)),
  ];
}

/** A stack that no update has made: what it will have, by kind. */
function renderNew({ stack, differences }: DriftReport, { width, bold }: Screen): string[] {
  const names = new Map<string, string[]>();
  for (const { object } of differences) {
    const [, kind = "", name = ""] = /^(\w+) (\S+)$/.exec(object) ?? [];
    if (countable.has(kind)) names.set(kind, [...(names.get(kind) ?? []), name]);
  }
  return [
    bold(`Stack ${stack} is not up yet. ${npmCommand("up", [], stack)} makes it, with`),
    ...[...names].map(
      ([kind, its]) =>
        `    ${cut(`${counted(its.length, kind)}: ${its.join(", ")}`, width - 2 * indent)}`,
    ),
    "and everything that these may do.",
  ];
}

const countable: ReadonlySet<string> = new Set([
  "network",
  "volume",
  "image",
  "container",
  "role",
  "database",
  "schema",
  "extension",
  "migration",
]);

function sum(differences: readonly Difference[]): string {
  return Object.values<Group>(groups)
    .map((group) => ({ group, count: differences.filter(group.has).length }))
    .filter(({ count }) => count > 0)
    .map(({ group, count }) => group.sum(count))
    .join(", ")
    .replace(/^/, "up ");
}

function nextSteps(stack: string, differences: readonly Difference[]): string[] {
  const up = npmCommand("up", [], stack);
  const refused = differences.filter(groups.refused.has);
  if (refused.length > 0) {
    const files = refused.filter(({ object }) => object.startsWith("migration "));
    const objects = refused.filter((difference) => !files.includes(difference));
    return [
      `Next: decide about ${refused.length} (docs/decide-drift.md). Until then up fails.`,
      ...(objects.length > 0 ? choices(up, stack, objects) : []),
      ...(files.length > 0
        ? ["  files:           as they were applied, from version control"]
        : []),
    ];
  }
  if (differences.every(groups.told.has))
    return ["Next: nothing for up to do. What belongs to others, they end."];
  return [`Next: ${up}`];
}

/** What there is to choose where somebody has changed what holds data. */
function choices(up: string, stack: string, objects: readonly Difference[]): string[] {
  // More would be no command that anybody reads.
  const named = objects.slice(0, 3).map(({ object }) => shellWord(object));
  const others = objects.length > named.length ? " …" : "";
  const accept = npmCommand("db -- accept-drift", ["--reason 'why'", ...named], stack);
  return [
    `  keep it:         ${up}   (it fails, and prints the migration)`,
    `  keep it here:    ${accept}${others}`,
    "  don't keep it:   undo it by hand",
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The words of a text in lines of at most `width` columns; a longer word has a line to itself. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
