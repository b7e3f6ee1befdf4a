/**
 * For states made before TenantPolicies, which hold a resource that this module serves: Pulumi deletes it. What it stood
 * for stays in the database, because TenantPolicies has taken it over.
 */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
