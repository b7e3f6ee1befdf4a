import { isDeepStrictEqual } from "node:util";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { dockerDifferences } from "./dockerDifferences";
import { dynamicDifferences } from "./dynamicDifferences";
import { objectDifferences } from "./objectDifferences";
import type { PluginDifference } from "./pluginDifference";
import type { PreviewStep } from "./previewOutput";
import { defaultPrivilegeDifferences, grantDifferences } from "./privilegeDifferences";
import { roleDifferences } from "./roleDifferences";

/** What one step of a preview says: from our own resources as they say it, from the official plugins translated. */
export interface StepDifferences {
  own: Difference[];
  plugin: PluginDifference[];
}

// They are changed by what another resource tells: the files or the container itself.
const following = /:(ContainerFiles|ContainerTrial|ContainerRestart)$/;

// A replacement is three steps; `replace` stands for it. `refresh` has only read.
const silent = new Set(["same", "refresh", "read", "create-replacement", "delete-replaced"]);

/** Every difference in one step of a preview; a step with changes has at least one. */
export function stepDifferences(step: PreviewStep): StepDifferences {
  if (silent.has(step.op)) return { own: [], plugin: [] };
  const type = typeOf(step);
  // Groups of resources and providers are nothing in the database.
  if (/^(hosterizer|pulumi):/.test(type)) return { own: [], plugin: [] };
  const plugin = isDeclared(step) ? pluginDifferences(type, step) : undefined;
  if (plugin !== undefined && plugin.length > 0) return { own: [], plugin };
  const own = ownDifferences(type, step);
  const isTold = own.length > 0 || (isDeclared(step) && following.test(type));
  return { own: isTold ? own : [undescribed(type, step)], plugin: [] };
}

function pluginDifferences(type: string, step: PreviewStep): PluginDifference[] | undefined {
  switch (type) {
    case "postgresql:index/role:Role":
      return roleDifferences(step);
    case "postgresql:index/grant:Grant":
      return grantDifferences(step);
    case "postgresql:index/defaultPrivileges:DefaultPrivileges":
      return defaultPrivilegeDifferences(step);
    case "postgresql:index/database:Database":
      return objectDifferences("database", step);
    case "postgresql:index/schema:Schema":
      return objectDifferences("schema", step);
    case "postgresql:index/extension:Extension":
      return objectDifferences("extension", step);
    default:
      return undefined;
  }
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

function isDeclared({ op }: PreviewStep): boolean {
  return op === "create" || op === "update" || op === "replace";
}

// The program has changed since the last update, or a plugin tells what is unknown here: never silent, never a value.
function undescribed(type: string, step: PreviewStep): Difference {
  const name = step.urn.split("::").at(-1) ?? step.urn;
  const object = `resource ${name} (${type.split(":").at(-1) ?? type})`;
  const properties = [...new Set([...Object.keys(step.detailedDiff), ...changedInputs(step)])].join(
    ", ",
  );
  const would = `up would ${step.op} it${properties === "" ? "" : `: ${properties}`}`;
  return { kind: "resource", object, expected: "no change", actual: would, repair: "automatic" };
}

/** Dynamic resources tell no more than that they differ: names of the inputs that do, where they were made before. */
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

/** `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>` */
function typeOf({ urn }: PreviewStep): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
