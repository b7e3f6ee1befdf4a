import type { Scrub } from "@hosterizer/postgres/scrub/scrubDeclaration";

/**
 * What a copy of the data keeps that `restore --as … --scrub` makes for other eyes: see docs/copy-of-prod.md. A column that may hold text
 * needs a rule, in every table; without one nothing is restored.
 */
export const scrub: Scrub = {
  tables: [
    {
      schema: "public",
      table: "users",
      columns: {
        email: { fake: "user-{key}@example.invalid" },
        // No password has this hash.
        password_hash: { value: "scrubbed" },
        full_name: { fake: "User {key}" },
        role: "keep",
        mfa_enabled: { value: false },
        mfa_secret: { value: null },
        last_login_at: { value: null },
      },
    },
    {
      schema: "public",
      table: "customers",
      columns: {
        name: { fake: "Customer {key}" },
        tier: "keep",
        status: "keep",
        // Names, logos and own domains.
        white_label_config: { value: {} },
      },
    },
    {
      schema: "public",
      table: "sites",
      columns: {
        name: { fake: "Site {key}" },
        domain: { fake: "site-{key}.example.invalid" },
        cloud_provider: "keep",
        region: "keep",
        deployment_status: "keep",
        configuration: { keys: { size: "keep", runtime: "keep" } },
      },
    },
    {
      schema: "public",
      table: "deployments",
      columns: {
        status: "keep",
        // Both may hold secrets.
        terraform_plan: { value: "scrubbed" },
        terraform_output: { value: "scrubbed" },
      },
    },
    {
      schema: "public",
      table: "ecommerce_integrations",
      columns: {
        platform: "keep",
        store_url: { fake: "https://shop-{key}.example.invalid" },
        encrypted_credentials: { value: "scrubbed" },
        status: "keep",
      },
    },
    {
      schema: "public",
      table: "cost_records",
      columns: {
        currency: "keep",
        // Amounts by type of resource, as the cloud provider bills them.
        breakdown: "keep",
      },
    },
    {
      schema: "public",
      table: "policies",
      // The house's own rules: nothing of a customer's.
      columns: { name: "keep", kind: "keep", description: "keep", rules: "keep" },
    },
  ],
};
