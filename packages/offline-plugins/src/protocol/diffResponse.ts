import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";

import { planState } from "./planState";
import { type ChangeKind, propertyChanges } from "./propertyChanges";
import type { PropertyMap } from "./propertyValue";
import type { ResourceType } from "./resourceType";

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;

const kinds: Record<ChangeKind, { inPlace: PropertyDiff.Kind; replacing: PropertyDiff.Kind }> = {
  add: { inPlace: ADD, replacing: ADD_REPLACE },
  delete: { inPlace: DELETE, replacing: DELETE_REPLACE },
  update: { inPlace: UPDATE, replacing: UPDATE_REPLACE },
};

/** What has to change for a resource to become what its inputs say, and whether that replaces it. */
export function diffResponse<Session>(
  { schema, deleteBeforeReplace }: ResourceType<Session>,
  old: PropertyMap,
  inputs: PropertyMap,
  ignored: ReadonlySet<string>,
): DiffResponse {
  const replacing = Object.keys(schema).filter((name) => schema[name]?.replaces === true);
  const changes = propertyChanges(schema, old, planState(schema, old, inputs, ignored), inputs);

  const response = new DiffResponse();
  response.setChanges(
    changes.length === 0 ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME,
  );
  const changed = new Set(changes.map(({ property }) => property));
  const replaces = [
    ...new Set(changes.filter((change) => change.replaces).map(({ property }) => property)),
  ].sort();
  for (const { path, kind, replaces: isReplacing } of changes) {
    const detail = new PropertyDiff();
    detail.setKind(isReplacing ? kinds[kind].replacing : kinds[kind].inPlace);
    response.getDetaileddiffMap().set(path, detail);
  }
  response.setDiffsList([...changed].sort());
  response.setReplacesList(replaces);
  response.setStablesList(replacing.filter((name) => !replaces.includes(name)).sort());
  response.setDeletebeforereplace(
    replaces.length > 0 && (deleteBeforeReplace || hasNameOfItsOwn(inputs)),
  );
  response.setHasdetaileddiff(true);
  return response;

  /** Two objects cannot have one name: where the program chose it, the old one has to go first. */
  function hasNameOfItsOwn(properties: PropertyMap): boolean {
    const defaults = properties["__defaults"];
    if (!Array.isArray(defaults)) return false;
    return Object.keys(schema).some(
      (name) =>
        schema[name]?.autonamed === true &&
        properties[name] !== undefined &&
        !defaults.includes(name),
    );
  }
}
