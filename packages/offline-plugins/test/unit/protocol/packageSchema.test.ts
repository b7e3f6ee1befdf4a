import { expect, test } from "vitest";

import { provider } from "../../../src/postgresql/provider";
import { packageSchema } from "../../../src/protocol/packageSchema";

test("describes each type of resource with its inputs and outputs", () => {
  const { resources, ...its } = packageSchema(provider);
  expect(its).toEqual({ name: "postgresql", version: "3.18.1" });
  expect(Object.keys(resources)).toHaveLength(7);
  const grant = resources["postgresql:index/grant:Grant"];
  expect(grant?.requiredInputs).toEqual(["role", "database", "objectType", "privileges"]);
  expect(grant?.properties["columns"]).toEqual({ type: "array", items: { type: "string" } });
  expect(grant?.inputProperties).not.toHaveProperty("columns");
  const role = resources["postgresql:index/role:Role"];
  expect(role?.inputProperties["password"]).toEqual({ type: "string", secret: true });
  expect(role?.inputProperties["connectionLimit"]).toEqual({ type: "integer" });
});
