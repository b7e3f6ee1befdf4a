import { expect, test } from "vitest";

import { isManualChange } from "../../../src/drift/findDrift";
import type { PreviewStep } from "../../../src/drift/previewOutput";

const urn = "urn:pulumi:prod::hosterizer-database::postgresql:index/role:Role::role-app_user";
const own = "urn:pulumi:prod::hosterizer-database::pulumi-nodejs:dynamic/hosterizer:AccessAudit::a";
const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4a", ciphertext: "v1:x" };

const step = (inputs: Record<string, unknown> | undefined, of = urn): PreviewStep => ({
  op: "update",
  urn: of,
  oldState: null,
  newState: inputs === undefined ? null : { inputs, outputs: {} },
  detailedDiff: {},
});
const isHandMade = isManualChange([
  { urn, type: "", inputs: { name: "app_user", login: true, password: secret, __defaults: [] } },
  { urn: own, type: "", inputs: { grants: [] } },
]);

test("a change without a change of the declaration is manual", () => {
  expect(isHandMade(step({ name: "app_user", login: true, password: "[secret]" }))).toBe(true);
});

test("a change of the declaration is not drift, nor is a new or removed resource", () => {
  expect(isHandMade(step({ name: "app_user", login: false, password: "[secret]" }))).toBe(false);
  expect(isHandMade(step({ name: "app_user" }, `${urn}2`))).toBe(false);
  expect(isHandMade(step(undefined))).toBe(false);
});

test("our own resources compare with the last update themselves", () => {
  expect(isHandMade(step({ grants: ["another"] }, own))).toBe(true);
});
