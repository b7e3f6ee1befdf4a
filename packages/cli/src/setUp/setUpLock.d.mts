/** Runs `work` while no other process does the same to this project folder. Tells the user while it waits. */
export function withSetUpLock<T>(path: string, work: () => Promise<T>, what?: string): Promise<T>;
