import { readdir } from "node:fs/promises";

import type { dynamic } from "@pulumi/pulumi";

import { lockDown, type LockdownOptions, readOpenings } from "@hosterizer/postgres/audit/lockdown";
import { numberOf } from "@hosterizer/postgres/migrations/migration";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { LockdownInputs } from "./lockdown";
import { hasUnknown } from "./unknown";

type Inputs = LockdownInputs & { drift?: string[] };

/** Adds `drift`: what lets somebody see or do more than is declared. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const drift = known
    ? await inspect("what is open", async () => readOpenings(await optionsOf(news)))
    : [];
  return { inputs: { ...news, drift } };
}

/** What is declared is compared with the live database alone: an earlier declaration has left nothing behind but that. */
export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, [], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await close(inputs);
  return { id: inputs.owner, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await close(news);
  return { outs: news };
}

/** Leaves everything closed. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

async function close(inputs: Inputs): Promise<void> {
  await lockDown(await optionsOf(inputs), (line) => {
    console.log(line);
  });
}

async function optionsOf(inputs: Inputs): Promise<LockdownOptions> {
  const { connection, migrator, directory, target, ...audit } = inputs;
  return { connection, migrator, audit, version: target ?? (await lastNumber(directory)) };
}

/** The folder's faults are told elsewhere: they keep nothing open. */
async function lastNumber(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  return Math.max(0, ...names.filter((name) => name.endsWith(".up.sql")).map(numberOf));
}
