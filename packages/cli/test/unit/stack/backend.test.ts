import { expect, test } from "vitest";

import { type BackendSigns, chooseBackend } from "../../../src/stack/backend";

const signs = (known: Partial<BackendSigns>): BackendSigns => ({
  environment: {},
  login: undefined,
  readProjectBackend: () => undefined,
  ...known,
});
const url = { environment: { PULUMI_BACKEND_URL: "s3://states" } };
const token = { environment: { PULUMI_ACCESS_TOKEN: "pul-1" } };
const login = { login: "https://api.pulumi.com" };
const inProject = { readProjectBackend: () => "gs://states" };

test.each([
  { stack: "local", known: {}, kind: "project" },
  { stack: "local", known: url, kind: "environment" },
  { stack: "local", known: token, kind: "project" },
  { stack: "local", known: login, kind: "project" },
  { stack: "local", known: inProject, kind: "project" },
  { stack: "dev", known: {}, kind: "project" },
  { stack: "dev", known: url, kind: "environment" },
  { stack: "dev", known: token, kind: "environment" },
  { stack: "dev", known: login, kind: "environment" },
  { stack: "dev", known: inProject, kind: "environment" },
  { stack: "dev", known: { environment: { PULUMI_BACKEND_URL: "" } }, kind: "project" },
  // A rehearsal never uses the team's shared backend.
  { stack: "promote-rehearsal", known: { ...url, ...login }, kind: "project" },
])("stack $stack with $known keeps its state in the $kind", ({ stack, known, kind }) => {
  expect(chooseBackend(stack, signs(known)).kind).toBe(kind);
});

test("reports a shared stack whose state stays on this machine, but not the local one", () => {
  expect(chooseBackend("dev", signs({})).remark).toContain("run `pulumi login`");
  expect(chooseBackend("local", signs({})).remark).toBeUndefined();
});
