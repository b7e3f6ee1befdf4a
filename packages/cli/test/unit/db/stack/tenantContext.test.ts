import { expect, test } from "vitest";

import { customerId, tenantOptions } from "../../../../src/db/stack/tenantContext";

test("a customer's context is its id and its role", () => {
  expect(tenantOptions({ kind: "customer", id: "42" })).toBe(
    "-c app.current_customer_id=42 -c app.current_user_role=customer",
  );
});

test("an administrator's context has no customer", () => {
  expect(tenantOptions({ kind: "administrator" })).toBe("-c app.current_user_role=administrator");
});

test.each(["1", "42", "9223372036854775807"])("accepts %s as a customer's id", (text) => {
  expect(customerId(text)).toBe(text);
});

test.each([
  ["0"],
  ["-1"],
  ["007"],
  ["1.5"],
  ["1e3"],
  [" 1"],
  [""],
  ["9223372036854775808"],
  ["99999999999999999999"],
  ["1 -c app.current_user_role=administrator"],
])("refuses '%s' as a customer's id", (text) => {
  expect(() => customerId(text)).toThrow("whole number from 1 to 9223372036854775807");
});
