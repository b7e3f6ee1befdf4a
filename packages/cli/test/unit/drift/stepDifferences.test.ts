import { expect, test } from "vitest";

import type { PreviewStep } from "../../../src/drift/previewOutput";
import { stepDifferences } from "../../../src/drift/stepDifferences";

function step(type: string, name: string, rest: Partial<PreviewStep>): PreviewStep {
  const urn = `urn:pulumi:local::hosterizer-database::hosterizer:index:Schema$${type}::${name}`;
  return { op: "update", urn, detailedDiff: {}, ...rest };
}

const migrations = "pulumi-nodejs:dynamic/hosterizer:Migrations";

function declared(inputs: Record<string, unknown>): Partial<PreviewStep> {
  return { newState: { inputs, outputs: {} } };
}

test("findings of this project's resources are taken over unchanged", () => {
  const found = {
    kind: "column added",
    object: "column public.sites.region",
    expected: null,
    actual: "type text",
    repair: "refused",
    reason: "it holds data",
  };

  const drift = [JSON.stringify(found)];

  expect(
    stepDifferences(
      step("pulumi-nodejs:dynamic/hosterizer:RecordedSchema", "a", declared({ drift })),
    ),
  ).toEqual({ own: [found], plugin: [] });
});

test("a pending migration is one that up applies", () => {
  const pending = ["000010_add_region"];

  expect(stepDifferences(step(migrations, "schema", declared({ drift: [], pending })))).toEqual({
    own: [
      {
        kind: "migration pending",
        object: "migration 000010_add_region",
        expected: "applied",
        actual: "pending",
        repair: "automatic",
      },
    ],
    plugin: [],
  });
});

test("why pending migrations are refused belongs to each of them", () => {
  const refused = "refused: 000010_a, 000011_b: no drill has restored stack prod. Run one.";
  const pending = ["000010_a", "000011_b", refused];

  const { own } = stepDifferences(step(migrations, "schema", declared({ pending })));
  expect(own.map(({ object, reason }) => ({ object, reason }))).toEqual([
    { object: "migration 000010_a", reason: refused },
    { object: "migration 000011_b", reason: refused },
  ]);
});

test("what is unsafe about a pending migration belongs to it", () => {
  const note = (line: number) =>
    `unsafe: migrations/000011_b.up.sql:${line}: it locks a (scans-table)`;
  const pending = ["000010_a", "000011_b", note(1), note(2)];

  const { own } = stepDifferences(step(migrations, "schema", declared({ pending })));
  expect(own.map(({ object, reason }) => ({ object, reason }))).toEqual([
    { object: "migration 000010_a", reason: undefined },
    { object: "migration 000011_b", reason: `${note(1)}\n${note(2)}` },
  ]);
});

test("a migration to be undone says what is removed", () => {
  const pending = ["000010_a (down): drops column a of public.b (3 rows)"];

  expect(stepDifferences(step(migrations, "schema", declared({ pending }))).own).toEqual([
    {
      kind: "migration pending",
      object: "migration 000010_a",
      expected: "undone",
      actual: "applied",
      repair: "automatic",
      reason: "drops column a of public.b (3 rows)",
    },
  ]);
});

test("a resource of this project that the program has changed names the properties, without values", () => {
  const settings = "pulumi-nodejs:dynamic/hosterizer:ServerSettings";
  const inputs = { settings: { work_mem: "4MB" }, __tenancy: {}, port: 1, __provider: "a" };
  const before = { oldState: { inputs: { ...inputs, __drift: ["gone"] }, outputs: {} } };
  const after = {
    settings: { work_mem: "8MB" },
    __tenancy: { tables: [] },
    port: 1,
    __provider: "b",
  };

  expect(stepDifferences(step(settings, "a", { ...before, ...declared(after) })).own).toMatchObject(
    [{ kind: "resource", actual: "up would update it: settings, tenancy" }],
  );
});

test("findings of an earlier update are not differences", () => {
  const memory = { oldState: { inputs: { drift: ["gone"], pending: ["000009_z"] }, outputs: {} } };
  const now = declared({ drift: [], pending: ["000010_a"] });

  expect(stepDifferences(step(migrations, "schema", { ...memory, ...now })).own).toHaveLength(1);
});

test.each([
  { what: "a property that is unknown here", detailedDiff: { skipDropRole: {} }, op: "update" },
  { what: "a resource that has left the program", detailedDiff: {}, op: "delete" },
])("$what is reported without a value", ({ op, detailedDiff }) => {
  const { own, plugin } = stepDifferences(
    step("postgresql:index/role:Role", "role-a", { op, detailedDiff }),
  );

  expect(plugin).toEqual([]);
  expect(own).toMatchObject([{ kind: "resource", object: "resource role-a (Role)" }]);
  expect(own[0]?.actual).toContain(`up would ${op} it`);
});

test.each(["same", "refresh", "create-replacement", "delete-replaced"])(
  "%s reports nothing",
  (op) => {
    expect(stepDifferences(step(migrations, "schema", { op }))).toEqual({ own: [], plugin: [] });
  },
);

test("a component is not a difference", () => {
  expect(stepDifferences(step("hosterizer:index:Schema", "schema", { op: "create" }))).toEqual({
    own: [],
    plugin: [],
  });
});

test.each(["ContainerFiles", "ContainerTrial", "ContainerRestart"])(
  "a %s that only follows another change reports nothing",
  (type) => {
    const resource = `pulumi-nodejs:dynamic/hosterizer:${type}`;
    const changed = step(resource, "it", declared({ drift: [] }));
    expect(stepDifferences(changed)).toEqual({ own: [], plugin: [] });

    const told = step(resource, "it", declared({ drift: ["it has drifted"] }));
    expect(stepDifferences(told).own.map(({ object }) => object)).toEqual(["it has drifted"]);
    // A deleted one is still a change to report.
    expect(stepDifferences({ ...changed, op: "delete" }).own).toHaveLength(1);
  },
);

test("a value that only the update will know is not a difference, and is never shown", () => {
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const changes = (type: string, inputs: Record<string, unknown>, outputs: typeof inputs) =>
    stepDifferences(
      step(`postgresql:index/${type}`, "it", {
        detailedDiff: { owner: {}, "roles[0]": {} },
        newState: { inputs, outputs: {} },
        oldState: { inputs: outputs, outputs },
      }),
    );

  for (const { own, plugin } of [
    changes("database:Database", { name: "shop", owner: unknown }, { owner: "shopkeeper" }),
    changes("role:Role", { name: "clerk", roles: [unknown] }, { roles: ["shopkeeper"] }),
  ]) {
    expect(plugin).toEqual([]);
    expect(own.map(({ actual }) => actual)).toEqual(["up would update it: owner, roles[0]"]);
  }
});
