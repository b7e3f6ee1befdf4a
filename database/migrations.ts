/** Folder of the migrations, from the project folder. */
export const migrationsDirectory = "migrations";

/**
 * Number of the last migration that has been released, and so must not be edited: `npm run check`, preview and up judge the later
 * ones.
 */
export const releasedVersion = 9;
