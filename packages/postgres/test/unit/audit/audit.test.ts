import { expect, test } from "vitest";

import { accessKinds, settingKinds } from "../../../src/audit/audit";
import { access } from "../../../../../test/drift/catalogue/access";
import { settings } from "../../../../../test/drift/catalogue/settings";

test.each([
  { area: "access", kinds: accessKinds, cases: access },
  { area: "settings", kinds: settingKinds, cases: settings },
])("each kind of $area is in the catalogue, and no other", ({ kinds, cases }) => {
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set<string>(kinds));
});
