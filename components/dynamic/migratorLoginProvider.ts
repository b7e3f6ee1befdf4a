import type { dynamic } from "@pulumi/pulumi";

import {
  readMigratorAccess,
  restoreMigratorAccess,
} from "@hosterizer/postgres/access/migratorAccess";
import { withSession } from "@hosterizer/postgres/connection/withSession";
import { changes } from "./changes";
import { inspect } from "./inspect";
import type { MigratorLoginInputs } from "./migratorLogin";
import { hasUnknown } from "./unknown";

type Inputs = MigratorLoginInputs & { drift?: string[] };

/** Adds `drift`: why the migrator cannot do its work. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const look = () => readMigratorAccess(news, withSession);
  const drift = known ? await inspect("the migrator's login", look) : [];
  return { inputs: { ...news, drift } };
}

export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  return Promise.resolve(changes(olds, news, ["owner", "role"], ["drift"]));
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await restoreMigratorAccess(inputs.deployer, inputs);
  return { id: inputs.owner, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await restoreMigratorAccess(news.deployer, news);
  return { outs: news };
}

/** Leaves the login: the roles are others' to drop. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
