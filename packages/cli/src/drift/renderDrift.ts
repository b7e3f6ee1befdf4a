import { describeDifference, type Difference } from "@hosterizer/postgres/convergence/difference";
import { isLeak } from "@hosterizer/postgres/audit/leaks";
import { npmCommand, shellWord } from "@hosterizer/postgres/npmCommand";
import { warningLines, wrapped } from "../db/screen/wrapped";
import type { DriftReport } from "./driftReport";
import { unknown } from "./previewOutput";

/** Where the text is shown. */
interface Screen {
  /** In columns. Only commands and single words may be longer. */
  width: number;
  bold: (text: string) => string;
  red: (text: string) => string;
}

interface Group {
  title: string;
  /** For the summary at the end. */
  sum: (count: number) => string;
  has: (difference: Difference) => boolean;
}

/** Kinds that the program declares and no update has created yet. */
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

/** Notes about an unsafe migration are indented below it. */
const indent = 2;

/**
 * A successful comparison, for people: an entry for each difference, grouped by what `up` does about it, with those first that let
 * a role see or do more than declared, and what to do next.
 */
export function renderDrift(report: DriftReport, screen: Screen): string {
  const { stack, differences, warnings } = report;
  const told = warningLines(warnings, screen.width);
  if (report.isNew === true) return [...renderNew(report, screen), ...told].join("\n");
  if (differences.length === 0)
    return [`Stack ${stack} is as the program declares it.`, ...told].join("\n");

  const room = screen.width - 2 * indent;
  const isShortened = differences.some(
    (difference) =>
      difference.kind !== "migration pending" && wholeLines(difference, room).length > tallest,
  );
  return [
    ...headline(report, screen),
    renderDifferences(differences, screen),
    ...told,
    ...nextSteps(stack, differences),
    ...(isShortened ? [`In full: ${npmCommand("-s drift", ["--json"], stack)}`] : []),
  ].join("\n");
}

/** Only the differences, and their summary. */
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
  const words = `! ${leaks} ${leaks === 1 ? "lets a role" : "let roles"} see or do more than declared.`;
  return [title, ...wrapped(words, width).map(red)];
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
  if (difference.kind !== "migration pending") {
    const [first = "", ...others] = differenceLines(difference, room);
    return [`  ${mark} ${first}`, ...others.map((line) => `        ${line}`)];
  }
  const name = object.replace(/^migration /, "");
  const verb = expected === "undone" ? "to undo" : "pending";
  const notes = (reason ?? "").split("\n").filter((note) => note !== "");
  return [
    `  ${mark} ${verb}: ${name}`,
    ...notes.flatMap((note) => wrapped(note, room - indent).map((line) => `      ${line}`)),
  ];
}

/** A stack that no update has created: what it will have, by kind. */
function renderNew({ stack, differences }: DriftReport, { width, bold }: Screen): string[] {
  const names = new Map<string, Set<string>>();
  for (const { object } of differences) {
    const [, kind = "", name = ""] = /^(\w+) (\S+)$/.exec(object) ?? [];
    // Privileges are on objects whose names only the update finds out.
    if (countable.has(kind) && name !== unknown)
      names.set(kind, (names.get(kind) ?? new Set()).add(name));
  }
  return [
    bold(`Stack ${stack} is not up yet. ${npmCommand("up", [], stack)} creates it, with`),
    ...[...names].flatMap(([kind, its]) => {
      const list = `${counted(its.size, kind)}: ${[...its].sort().join(", ")}`;
      const [first = "", ...others] = wrapped(list, width - 2 * indent - continued);
      return [`    ${first}`, ...others.map((line) => `        ${line}`)];
    }),
    "and all their privileges.",
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
        ? ["  files:           restore them from version control as they were applied"]
        : []),
    ];
  }
  if (differences.every(groups.told.has))
    return ["Next: nothing for up to do. The owners of these objects decide about them."];
  return [`Next: ${up}`];
}

/** The choices where someone has changed an object that holds data. */
function choices(up: string, stack: string, objects: readonly Difference[]): string[] {
  // A longer command would be unreadable.
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

/** The most lines that a difference takes. */
const tallest = 20;

/**
 * A difference as lines of at most `width` columns; a longer word has a line to itself. Of one with many lines the beginning and the end are
 * shown: what differs may be at the end.
 */
export function differenceLines(difference: Difference, width: number): string[] {
  const lines = wholeLines(difference, width);
  if (lines.length <= tallest) return lines;
  const shown = Math.floor((tallest - 1) / 2);
  const left = lines.length - 2 * shown;
  return [...lines.slice(0, shown), `… ${left} more lines …`, ...lines.slice(-shown)];
}

function wholeLines(difference: Difference, width: number): string[] {
  const whole = describe(onOneLine(difference));
  return whole.length <= width ? [whole] : wrapped(whole, width - continued);
}

/** How much further the second line of a difference is indented than the first. */
const continued = 4;

function onOneLine({ object, expected, actual, reason, ...rest }: Difference): Difference {
  return {
    ...rest,
    object: unbroken(object),
    expected: expected === null ? null : unbroken(expected),
    actual: actual === null ? null : unbroken(actual),
    ...(reason === undefined ? {} : { reason: unbroken(reason) }),
  };
}

function unbroken(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function describe(difference: Difference): string {
  const { kind, object, actual } = difference;
  switch (kind) {
    // A resource of an unknown type: all that is known is what an update would do with it.
    case "resource":
    case "not looked at yet":
      return `${object}: ${actual ?? ""}`;
    case "other":
      return object;
    default:
      return describeDifference(difference);
  }
}
