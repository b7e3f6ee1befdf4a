import { expect, test } from "vitest";

import { adoptPlanned } from "../../../src/healing/adopt";
import type { ResourceState } from "../../../src/stack/state";

const urn = (type: string, name: string) => `urn:pulumi:dev::p::${type}::${name}`;
const stack: ResourceState = { urn: urn("pulumi:pulumi:Stack", "p-dev"), type: "s" };
const server: ResourceState = { urn: urn("docker:index/container:Container", "server"), type: "c" };
const state = { resources: [stack, server] };

const group = {
  urn: urn("hosterizer:index:Roles", "role"),
  type: "hosterizer:index:Roles",
  custom: false,
  parent: stack.urn,
};
const recorded = {
  urn: urn("pulumi-nodejs:dynamic/hosterizer:RecordedSchema", "recorded"),
  type: "pulumi-nodejs:dynamic/hosterizer:RecordedSchema",
  parent: stack.urn,
};
const role = {
  urn: urn("postgresql:index/role:Role", "role-app_user"),
  type: "postgresql:index/role:Role",
  custom: true,
  parent: group.urn,
  provider: "urn:provider::1",
  inputs: {
    name: "app_user",
    login: true,
    password: "[secret]",
    note: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
  },
  dependencies: [recorded.urn],
  propertyDependencies: { password: [recorded.urn] },
  deletedWith: server.urn,
};
const grant = {
  urn: urn("postgresql:index/grant:Grant", "grant"),
  type: "postgresql:index/grant:Grant",
  parent: group.urn,
  inputs: { name: "g" },
};
const preview = (...states: object[]) =>
  JSON.stringify({
    steps: [
      { op: "same", newState: server },
      ...states.map((newState) => ({ op: "create", newState })),
    ],
  });

test("records a planned role as created, in its group, without the values that are still unknown", () => {
  const { resources } = adoptPlanned(state, preview(recorded, group, role, grant));

  expect(resources).toEqual([
    stack,
    server,
    { ...group, inputs: {}, dependencies: [], propertyDependencies: {} },
    {
      urn: role.urn,
      type: role.type,
      custom: true,
      parent: group.urn,
      provider: role.provider,
      deletedWith: server.urn,
      id: "app_user",
      inputs: { name: "app_user", login: true },
      outputs: { name: "app_user", login: true },
      dependencies: [],
      propertyDependencies: {},
    },
  ]);
});

test("a group comes before its members, and once if it is already in the state", () => {
  const outer = { ...group, urn: urn("hosterizer:index:Outer", "outer") };
  const inner = { ...group, parent: outer.urn };

  const first = adoptPlanned(state, preview(inner, outer, role));
  expect(first.resources?.map((found) => found.urn)).toEqual([
    stack.urn,
    server.urn,
    outer.urn,
    inner.urn,
    role.urn,
  ]);

  const known = { resources: [...state.resources, group] };
  const steps = [
    { op: "same", newState: group },
    { op: "create", newState: role },
  ];
  const plan = JSON.stringify({ steps });
  expect(adoptPlanned(known, plan).resources?.map((found) => found.urn)).toEqual([
    ...[stack.urn, server.urn, group.urn, role.urn],
  ]);
});

test("a resource has no deletedWith that is missing in the state", () => {
  const { resources } = adoptPlanned({ resources: [stack] }, preview(group, role));

  expect(resources?.at(-1)).not.toHaveProperty("deletedWith");
});

test("a plan that creates no role and no database changes nothing, and pending operations stay", () => {
  const pending = [{ resource: role, type: "updating" }];

  expect(adoptPlanned({ ...state, pending_operations: pending }, preview(grant))).toEqual({
    ...state,
    pending_operations: pending,
  });
  expect(adoptPlanned(state, "{}")).toEqual({ ...state, pending_operations: [] });
});
