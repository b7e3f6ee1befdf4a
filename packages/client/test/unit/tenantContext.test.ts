import { expect, test } from "vitest";

import {
  contextCalls,
  contextStatements,
  contextVariables,
  type TenantContext,
} from "../../src/tenantContext";

test.each([
  [{ userRole: "customer", customerId: 42 }, "42", "customer"],
  [{ userRole: "customer", customerId: 9223372036854775807n }, "9223372036854775807", "customer"],
  [{ userRole: "customer", customerId: "9223372036854775807" }, "9223372036854775807", "customer"],
  [{ userRole: "administrator" }, "", "administrator"],
] as const)("sets both variables for %o", (context, id, role) => {
  const variables = contextVariables(context);
  expect(contextStatements(variables)).toEqual([
    `set local app.current_customer_id = '${id}'`,
    `set local app.current_user_role = '${role}'`,
  ]);
  expect(contextCalls(variables)).toEqual([
    `pg_catalog.set_config('app.current_customer_id', '${id}', true)`,
    `pg_catalog.set_config('app.current_user_role', '${role}', true)`,
  ]);
});

test.each([
  [{ userRole: "customer" }, "customerId: undefined is not the id of a customer"],
  [{ userRole: "customer", customerId: 0 }, "customerId: 0 is not"],
  [{ userRole: "customer", customerId: -1 }, "customerId: -1 is not"],
  [{ userRole: "customer", customerId: 1.5 }, "customerId: 1.5 is not"],
  // Rounded already: it may be another customer's.
  [{ userRole: "customer", customerId: 2 ** 53 }, "customerId: 9007199254740992 is not"],
  [{ userRole: "customer", customerId: 2n ** 63n }, "customerId: 9223372036854775808 is not"],
  [{ userRole: "customer", customerId: "007" }, 'customerId: "007" is not'],
  [{ userRole: "customer", customerId: " 7" }, 'customerId: " 7" is not'],
  [{ userRole: "customer", customerId: "7'" }, 'customerId: "7\'" is not'],
  [{ userRole: "customer", customerId: "" }, 'customerId: "" is not'],
  [{ userRole: "customer", customerId: null }, "customerId: null is not"],
  [{ userRole: "customer", customerId: [7] }, "customerId: [7] is not"],
  [{ userRole: "administrator", customerId: 7 }, "customerId of an administrator: 7."],
  [{ userRole: "Administrator" }, 'userRole: "Administrator" is not customer or administrator'],
  [{ userRole: "", customerId: 7 }, 'userRole: "" is not'],
  [{ customerId: 7 }, "userRole: undefined is not"],
])("refuses %o", (context, message) => {
  expect(() => contextVariables(context as TenantContext)).toThrow(message);
});
