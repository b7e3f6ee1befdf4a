import { DeclarationErrors } from "@hosterizer/postgres/userError";

/** Whether the lockdown of this process has found something that the update is going to close. */
let closesFirst = false;

/**
 * Step one of a preview: the lockdown reports what it has found open. Its check runs before those of all resources that depend on it; where
 * it is not part of the update, nothing is closed first.
 */
export function noteOpenings(found: readonly unknown[]): void {
  closesFirst = found.length > 0;
}

/**
 * Step two: a resource that depends on the lockdown refuses. An update that closes something first must reach that, so the preview only
 * tells of the refusal, and the resource refuses again when it is applied.
 *
 * @returns the refusal as a line for the preview, if it is put off
 * @throws DeclarationErrors if nothing is closed first
 */
export async function refuseAfterLockdown(refuse: () => Promise<void>): Promise<string[]> {
  try {
    await refuse();
    return [];
  } catch (error) {
    if (!closesFirst || !(error instanceof DeclarationErrors)) throw error;
    return [`refused: ${error.message.replaceAll("\n", " ")}`];
  }
}
