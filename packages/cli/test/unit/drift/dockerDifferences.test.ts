import { expect, test } from "vitest";

import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { dockerKinds } from "../../../src/drift/dockerDifferences";
import type { PreviewStep } from "../../../src/drift/previewOutput";
import { stepDifferences } from "../../../src/drift/stepDifferences";

const types = {
  container: "docker:index/container:Container",
  image: "docker:index/remoteImage:RemoteImage",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
};

function found(type: keyof typeof types, op: string, ...changed: string[]) {
  const step: PreviewStep = {
    op,
    urn: `urn:pulumi:dev::hosterizer-database::hosterizer:index:DockerInstance$${types[type]}::server`,
    newState: { inputs: { name: "it", uploads: [{ content: "s3cret" }] }, outputs: {} },
    detailedDiff: Object.fromEntries(changed.map((path) => [path, { kind: "update" }])),
  };
  return stepDifferences(step).own;
}

test.each([
  ["container", "create", [], "container missing", "container it is missing"],
  [
    "container",
    "update",
    ["mustRun"],
    "container stopped",
    "container it: found stopped, expected running",
  ],
  [
    "container",
    "replace",
    ["uploads[0].content", "uploads[1].content", "image"],
    "container attribute",
    "container it: found others, expected uploads, image as declared: the container is recreated on the same volume",
  ],
  [
    "container",
    "update",
    ["memory"],
    "container attribute",
    "container it: found others, expected memory as declared",
  ],
  ["image", "create", [], "image missing", "image it is missing"],
  [
    "image",
    "replace",
    ["name"],
    "image outdated",
    "image it: found an older build, expected built from image/: the files it is built from have changed",
  ],
  ["network", "create", [], "network missing", "network it is missing"],
  [
    "network",
    "replace",
    ["driver"],
    "network attribute",
    "network it: found others, expected driver as declared",
  ],
  [
    "volume",
    "create",
    [],
    "volume missing",
    "volume it is missing: an empty one is created: the old contents are lost",
  ],
  [
    "volume",
    "replace",
    ["driver"],
    "volume attribute",
    "volume it: found others, expected driver as declared",
  ],
] as const)("a %s that up would %s for %j is %s", (type, op, changed, kind, line) => {
  const differences = found(type, op, ...changed);
  expect(differences.map((difference) => difference.kind)).toEqual([kind]);
  expect(differences.map(renderDifference)).toEqual([line]);
  expect(dockerKinds).toContain(kind);
});

test("does not reveal the content of files uploaded into a container", () => {
  expect(JSON.stringify(found("container", "replace", "uploads[0].content"))).not.toContain(
    "s3cret",
  );
});

test("also reports a container that the program no longer declares", () => {
  expect(found("container", "delete")).toMatchObject([{ kind: "resource" }]);
});
