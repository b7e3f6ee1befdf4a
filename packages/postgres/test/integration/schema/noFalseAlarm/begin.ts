import { rollbackAnyhow } from "../../migrations/rollbackAnyhow";
import { beginning, type Model } from "./model";
import type { Stage } from "./stage";

/** After so many migrations a database is replaced. */
const worn = 60;

/**
 * Prepares a sequence: undoes the migrations of the previous one, which is allowed too and so must leave nothing that looks
 * like drift, and is faster than a new database. A new one is used at first, after a failure, in another place and from time to
 * time.
 *
 * @param last What the previous sequence has left; undefined if there is none, or if it failed.
 */
export async function begin(stage: Stage, last: Model | undefined): Promise<Model> {
  const model = beginning();
  if (last === undefined || stage.isElsewhere || last.names > worn) {
    await stage.reset();
    return model;
  }
  model.names = last.names;
  if (last.applied.length === 0) return model;
  await rollbackAnyhow({ ...stage.settingsFor(model), target: model.version });
  for (const { file } of last.applied) await stage.erase(file);
  return model;
}
