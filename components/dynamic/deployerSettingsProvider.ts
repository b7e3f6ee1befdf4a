import type { dynamic } from "@pulumi/pulumi";

import {
  applyDeployerSettings,
  readDeployerSettings,
} from "@hosterizer/postgres/access/deployerSettings";
import { changes } from "./changes";
import type { DeployerSettingsInputs } from "./deployerSettings";
import { inspect } from "./inspect";
import { hasUnknown } from "./unknown";

type Inputs = DeployerSettingsInputs & { drift?: string[] };

/** Adds `drift`: what the login's sessions begin with instead. */
export async function check(olds: Partial<Inputs>, news: Inputs): Promise<dynamic.CheckResult> {
  const known = olds.connection !== undefined && !hasUnknown(news);
  const look = () => readDeployerSettings(news.connection, news.database);
  const drift = known ? await inspect("the settings of the login that deploys", look) : [];
  return { inputs: { ...news, drift } };
}

/** Another login has settings of its own. */
export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  const { changes: differs = false } = changes(olds, news, ["database"], ["drift"]);
  const isOther = olds.connection.user !== news.connection.user;
  return Promise.resolve({ changes: differs || isOther });
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await applyDeployerSettings(inputs.connection, inputs.database);
  return { id: inputs.database, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await applyDeployerSettings(news.connection, news.database);
  return { outs: news };
}

/** Leaves them: they go with the database. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
