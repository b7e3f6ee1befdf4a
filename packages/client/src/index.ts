/**
 * What applications import: a pool with the platform's defaults, and transactions that see one tenant's rows.
 *
 * The package loads nothing else of this project.
 */
export { createPool, type DatabasePool, NoWritableHost } from "./createPool";
export { type Credentials, type PoolSettings, readPoolSettings } from "./poolSettings";
export { ScramClient, ScramRequired } from "./scramClient";
export { type ContextKey, parseContextKey, signContext } from "./signContext";
export { type TenantContext, TenantContextError } from "./tenantContext";
export type { TransactionClient } from "./transactionClient";
export {
  type CommitOutcome,
  StatementRefused,
  TransactionEnded,
  TransactionLost,
} from "./transactionErrors";
export {
  type TransactionOptions,
  type TransactionSettings,
  wholeTableReads,
} from "./transactionOptions";
export { withTenantContext } from "./withTenantContext";
