import { DeclarationError } from "../../declarationError";
import type { Migration } from "../migration";
import { announcedEffects, describeEffect } from "./announcedEffects";

/** Down files that take rows away and opt out of the transaction in which those could be counted and held. */
export async function unguardedFaults(
  migrations: readonly Migration[],
): Promise<DeclarationError[]> {
  const faults: DeclarationError[] = [];
  for (const { down } of migrations) {
    if (down.noTransaction === undefined) continue;
    for (const effect of await announcedEffects(down.sql)) {
      if ("words" in effect) continue;
      const fault = `it ${describeEffect(effect)}, outside of a transaction that could hold them`;
      const remedy =
        'Take the line "-- no transaction: …" out of the file, or put the statement into another migration';
      faults.push(new DeclarationError(down.path, fault, remedy));
    }
  }
  return faults;
}
