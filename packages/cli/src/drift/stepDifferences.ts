import { isDeepStrictEqual } from "node:util";

import { z } from "zod";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { dockerDifferences } from "./dockerDifferences";
import { type PluginDifference, postgresqlDifferences } from "./postgresqlDifferences";
import { type PreviewStep, typeOf } from "./previewOutput";

/** The differences in one step of a preview. */
interface StepDifferences {
  /** As our own resources report them, and those of the docker plugin. */
  own: Difference[];
  /** Of the postgresql plugin. The audit may have found the same. */
  plugin: PluginDifference[];
}

// These change because of what another resource reports: the files or the container itself.
const dependent = /:(ContainerFiles|ContainerTrial|ContainerRestart)$/;

// A replacement has three steps, of which `replace` counts. `refresh` has only read.
const silent = new Set(["same", "refresh", "read", "create-replacement", "delete-replaced"]);

/** Every difference in one step of a preview; a step with changes has at least one. */
export function stepDifferences(step: PreviewStep): StepDifferences {
  if (silent.has(step.op)) return { own: [], plugin: [] };
  const type = typeOf(step);
  // Components and providers are nothing in the database.
  if (/^(hosterizer|pulumi):/.test(type)) return { own: [], plugin: [] };
  const plugin = isDeclared(step) ? postgresqlDifferences(type, step) : undefined;
  if (plugin !== undefined && plugin.length > 0) return { own: [], plugin };
  const own = ownDifferences(type, step);
  const isReported = own.length > 0 || (isDeclared(step) && dependent.test(type));
  return { own: isReported ? own : [unknownChange(type, step)], plugin: [] };
}

function isDeclared({ op }: PreviewStep): boolean {
  return op === "create" || op === "update" || op === "replace";
}

function ownDifferences(type: string, step: PreviewStep): Difference[] {
  if (!isDeclared(step)) return dynamicDifferences(step);
  switch (type) {
    case "docker:index/container:Container":
      return dockerDifferences("container", step);
    case "docker:index/remoteImage:RemoteImage":
      return dockerDifferences("image", step);
    case "docker:index/network:Network":
      return dockerDifferences("network", step);
    case "docker:index/volume:Volume":
      return dockerDifferences("volume", step);
    default:
      return dynamicDifferences(step);
  }
}

/**
 * A change that has no other difference: the program has changed since the last update, or a plugin reports what is unknown
 * here. It must be reported, but without values, which may be secrets.
 */
function unknownChange(type: string, step: PreviewStep): Difference {
  const name = step.urn.split("::").at(-1) ?? step.urn;
  const object = `resource ${name} (${type.split(":").at(-1) ?? type})`;
  const properties = [...new Set([...Object.keys(step.detailedDiff), ...changedInputs(step)])].join(
    ", ",
  );
  const would = `up would ${step.op} it${properties === "" ? "" : `: ${properties}`}`;
  return { kind: "resource", object, expected: "no change", actual: would, repair: "automatic" };
}

/** Names of the inputs that differ, for dynamic resources, which have no detailed diff. */
function changedInputs({ detailedDiff, oldState, newState }: PreviewStep): string[] {
  const olds = oldState?.inputs;
  const news = newState?.inputs;
  if (olds === undefined || news === undefined || Object.keys(detailedDiff).length > 0) return [];
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...names]
    .filter((name) => name !== "__provider" && !isDeepStrictEqual(olds[name], news[name]))
    .map((name) => name.replace(/^__/, ""))
    .filter((name) => name !== "drift" && name !== "pending");
}

const difference = z.object({
  // Written by this version of the program, whose kinds the compiler checks.
  kind: z.custom<Difference["kind"]>((kind) => typeof kind === "string"),
  object: z.string(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  repair: z.enum(["automatic", "refused", "none"]),
  reason: z.string().optional(),
});

const lines = z.array(z.string()).catch([]);

/** The differences that a resource of this project has found: `check` adds them to its inputs. */
function dynamicDifferences({ newState }: PreviewStep): Difference[] {
  // Their names have a prefix where a plan is made.
  const read = (name: string) =>
    lines.parse(newState?.inputs[name] ?? newState?.inputs[`__${name}`]);
  const drift = read("drift").map((line) => readLine(line, otherDifference));
  return [...drift, ...readPending(read("pending"))];
}

const unsafeMark = "unsafe: ";
/** Before the names of migrations that an update refuses once it has closed what is open. */
const refusedMark = "refused: ";

/** The pending migrations, each with what is unsafe about it and why it is refused, a line each. */
function readPending(pending: readonly string[]): Difference[] {
  const unsafe = pending.filter((line) => line.startsWith(unsafeMark));
  const refused = pending.filter((line) => line.startsWith(refusedMark));
  return pending
    .filter((line) => !unsafe.includes(line) && !refused.includes(line))
    .map((line) => {
      const found = readLine(line, pendingMigration);
      const notes = [
        ...unsafe.filter((note) => note.includes(`/${line}.up.sql:`)),
        ...refused.filter((note) => note.includes(line)),
      ];
      return notes.length === 0 ? found : { ...found, reason: notes.join("\n") };
    });
}

function readLine(line: string, otherwise: (line: string) => Difference): Difference {
  const found = difference.safeParse(parseJson(line));
  if (!found.success) return otherwise(line);
  const { reason, ...rest } = found.data;
  return reason === undefined ? rest : { ...rest, reason };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function pendingMigration(line: string): Difference {
  const [name = line, effects] = line.split(" (down): ");
  const found = {
    kind: "migration pending",
    object: `migration ${name}`,
    repair: "automatic",
  } as const;
  return effects === undefined
    ? { ...found, expected: "applied", actual: "pending" }
    : { ...found, expected: "undone", actual: "applied", reason: effects };
}

// A line for people, from a resource that reports no data.
function otherDifference(line: string): Difference {
  return { kind: "other", object: line, expected: null, actual: line, repair: "automatic" };
}
