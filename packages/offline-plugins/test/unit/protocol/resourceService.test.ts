import { expect, test } from "vitest";

import { parseUrn } from "../../../src/protocol/resourceService";

test.each([
  {
    urn: "urn:pulumi:dev::project::postgresql:index/role:Role::app",
    type: "postgresql:index/role:Role",
    name: "app",
  },
  {
    urn: "urn:pulumi:dev::project::a:index:Access$a:index:Group$postgresql:index/role:Role::app",
    type: "postgresql:index/role:Role",
    name: "app",
  },
  {
    urn: "urn:pulumi:dev::project::postgresql:index/role:Role::odd::name",
    type: "postgresql:index/role:Role",
    name: "odd::name",
  },
])("reads type and name of $urn", ({ urn, type, name }) => {
  expect(parseUrn(urn)).toEqual({ type, name });
});
