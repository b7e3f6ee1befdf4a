import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";

/** Whose rows are whose. A table listed here shows each customer its own rows only. */
export const tenancy: Tenancy = {
  administrators: "session",
  tables: [
    { schema: "public", table: "customers", column: "id" },
    { schema: "public", table: "sites", column: "customer_id" },
    { schema: "public", table: "deployments", column: "customer_id" },
    { schema: "public", table: "ecommerce_integrations", column: "customer_id" },
    { schema: "public", table: "cost_records", column: "customer_id" },
  ],
  tenantRoles: ["app_user", "app_readonly"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
