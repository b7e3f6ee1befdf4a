/**
 * What applications import: a pool with the platform's defaults, and transactions that see one tenant's rows.
 *
 * It stands alone: nothing else of this project is loaded.
 */
export { createPool, type DatabasePool } from "./createPool";
export { NoWritableHost } from "./noWritableHost";
export { type Credentials, type PoolSettings, readPoolSettings } from "./poolSettings";
export { type ContextKey, parseContextKey, signContext } from "./signContext";
export { type TenantContext, TenantContextError } from "./tenantContext";
export { type TransactionSettings, wholeTableReads } from "./transactionSettings";
export { TransactionLost, withTenantContext, type TransactionOptions } from "./withTenantContext";
