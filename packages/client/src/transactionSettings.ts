import { escapeLiteral } from "pg";

import { TenantContextError } from "./tenantContext";

/** Settings of the server's for one transaction, as set_config takes them: numbers in the setting's own unit. */
export type TransactionSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * For an administrator who reads whole tables, such as a report's transaction, on a stack with bounds; docs/tenancy.md, How it is
 * fast.
 *
 * The application's roles begin no parallel workers by themselves; 2 is PostgreSQL's own default. To the planner, bounds hold a ninth
 * of the rows, so that workers look a ninth as useful, and a bitmap of an index better than the table itself.
 */
export const wholeTableReads: TransactionSettings = {
  max_parallel_workers_per_gather: 2,
  parallel_setup_cost: 111,
  enable_bitmapscan: false,
};

const ofTheContext = new Set(["app.current_customer_id", "app.current_user_role", "app.context"]);

/**
 * What stands in a select list to set them until the transaction ends.
 *
 * @throws TenantContextError for a name that is none, or that the context sets
 */
export function settingCalls(settings: TransactionSettings): string[] {
  return Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/i.test(name)) {
      throw new TenantContextError(
        `settings: ${JSON.stringify(name)} is no name of a setting. SHOW ALL lists them.`,
      );
    }
    if (ofTheContext.has(name.toLowerCase())) {
      throw new TenantContextError(`settings: ${name} is set by the context. Leave it out.`);
    }
    return `pg_catalog.set_config('${name}', ${escapeLiteral(String(value))}, true)`;
  });
}
