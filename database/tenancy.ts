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
  // What customers call theirs, where it is, what it costs, and secrets. No query looks for these without its tenant.
  sensitiveColumns: [
    { schema: "public", table: "customers", columns: ["name", "white_label_config"] },
    { schema: "public", table: "sites", columns: ["name", "domain", "configuration"] },
    { schema: "public", table: "deployments", columns: ["terraform_plan", "terraform_output"] },
    {
      schema: "public",
      table: "ecommerce_integrations",
      columns: ["store_url", "encrypted_credentials"],
    },
    { schema: "public", table: "cost_records", columns: ["amount", "breakdown"] },
    { schema: "public", table: "users", columns: ["password_hash", "mfa_secret"] },
  ],
  tenantRoles: ["app_user", "app_readonly"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
