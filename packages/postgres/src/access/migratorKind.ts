/** That the migrator cannot log in or become the owner: its entry in docs/drift.md. */
export const migratorKind = "login of the migrator";
