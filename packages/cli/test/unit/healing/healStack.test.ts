import { expect, test } from "vitest";

import type { ResourceState } from "../../../src/stack/state";
import { resolvePending } from "../../../src/healing/healStack";

const resource = (type: string, name: string): ResourceState => ({
  urn: `urn:pulumi:local::p::${type}::${name}`,
  type,
  inputs: { name: `app_${name}` },
});
const role = resource("postgresql:index/role:Role", "role");
const database = resource("postgresql:index/database:Database", "database");
const grant = resource("postgresql:index/grant:Grant", "grant");
const creating = (state: ResourceState) => ({ resource: state, type: "creating" });

test.each([role, database])("$type, which cannot be created twice, counts as created", (state) => {
  const { deployment, adopted, cleared } = resolvePending({
    pending_operations: [creating(state)],
  });

  const name = state.inputs?.["name"];
  expect(deployment.resources).toEqual([{ ...state, id: name, outputs: state.inputs }]);
  expect(deployment.pending_operations).toEqual([]);
  expect({ adopted, cleared }).toEqual({ adopted: [state.urn], cleared: [] });
});

test("everything else is created again", () => {
  const { deployment, adopted, cleared } = resolvePending({
    pending_operations: [creating(grant)],
  });

  expect(deployment).toEqual({ resources: [], pending_operations: [] });
  expect({ adopted, cleared }).toEqual({ adopted: [], cleared: [grant.urn] });
});

test("resources already in the state stay unchanged", () => {
  const known = { ...role, id: "app_role", outputs: { name: "app_role", login: true } };
  const { deployment, adopted } = resolvePending({
    resources: [known],
    pending_operations: [creating(role)],
  });

  expect(deployment).toEqual({ resources: [known], pending_operations: [] });
  expect(adopted).toEqual([]);
});

test("no resource is lost, and operations that Pulumi resolves itself stay pending", () => {
  const updating = { resource: grant, type: "updating" };
  const { deployment } = resolvePending({
    resources: [grant],
    pending_operations: [updating, creating(role)],
  });

  expect(deployment.resources?.map(({ urn }) => urn)).toEqual([grant.urn, role.urn]);
  expect(deployment.pending_operations).toEqual([updating]);
});

test("additions to Pulumi's format are preserved", () => {
  const newer = {
    pending_operations: [
      creating({ ...role, additionalSecretOutputs: ["password"] } as ResourceState),
    ],
    metadata: { a: 1 },
  };
  const { deployment } = resolvePending(newer);

  expect(deployment).toMatchObject({
    metadata: { a: 1 },
    resources: [{ additionalSecretOutputs: ["password"] }],
  });
});
