import { rollbackAnyhow } from "../../migrations/rollbackAnyhow";
import { beginning, type Model } from "./model";
import type { Stage } from "./stage";

/** So many migrations, and a database has left enough behind. */
const worn = 60;

/**
 * Sets the stage for a sequence: undoes the migrations of the one before, which is allowed too and so must leave nothing
 * that looks like drift, and costs less than a new database. That there is at first, after a failure, in another place
 * and now and then.
 *
 * @param last What the sequence before has left; undefined if there is none, or if it failed.
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
