/** The engine has no such thing, or it is as it was asked to be. */
const nothingToDo: readonly unknown[] = [404, 304];

/** What the engine answers about something; undefined if it has no such thing. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (nothingToDo.includes((error as { statusCode?: number }).statusCode)) return undefined;
    throw error;
  }
}
