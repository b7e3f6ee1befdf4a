import { expect, test } from "vitest";

import type { PreviewStep } from "../../../../toolchain/drift/previewOutput";
import { stepDifferences } from "../../../../toolchain/drift/stepDifferences";

function step(type: string, name: string, rest: Partial<PreviewStep>): PreviewStep {
  const urn = `urn:pulumi:local::hosterizer-database::hosterizer:index:Schema$${type}::${name}`;
  return { op: "update", urn, detailedDiff: {}, ...rest };
}

const migrations = "pulumi-nodejs:dynamic/hosterizer:Migrations";

function declared(inputs: Record<string, unknown>): Partial<PreviewStep> {
  return { newState: { inputs, outputs: {} } };
}

test("a resource of this project is believed as it is", () => {
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

test.each([
  { what: "a property that is unknown here", detailedDiff: { skipDropRole: {} }, op: "update" },
  { what: "a resource that has left the program", detailedDiff: {}, op: "delete" },
])("$what is told without a value", ({ op, detailedDiff }) => {
  const { own, plugin } = stepDifferences(
    step("postgresql:index/role:Role", "role-a", { op, detailedDiff }),
  );

  expect(plugin).toEqual([]);
  expect(own).toMatchObject([{ kind: "resource", object: "resource role-a (Role)" }]);
  expect(own[0]?.actual).toContain(`up would ${op} it`);
});

test.each(["same", "refresh", "create-replacement", "delete-replaced"])("%s says nothing", (op) => {
  expect(stepDifferences(step(migrations, "schema", { op }))).toEqual({ own: [], plugin: [] });
});

test("a group of resources is nothing in the database", () => {
  expect(stepDifferences(step("hosterizer:index:Schema", "schema", { op: "create" }))).toEqual({
    own: [],
    plugin: [],
  });
});
