/**
 * Number of the last migration that is applied somewhere already, and so is not edited any more: `npm run check`, preview and
 * up judge what comes after it.
 */
export const releasedVersion = 9;
