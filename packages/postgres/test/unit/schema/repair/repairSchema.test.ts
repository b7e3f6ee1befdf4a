import { DatabaseError } from "pg";
import { describe, expect, test } from "vitest";

import { SchemaRepairError } from "../../../../src/schema/repair/repairSchema";
import type { SchemaRepair } from "../../../../src/schema/repair/schemaRepair";

const repair: SchemaRepair = { phase: "keys", object: "constraint k on public.a", actions: [] };

function messageFor(code: string | undefined, detail?: string): string {
  const cause = new DatabaseError("it failed", 0, "error");
  Object.assign(cause, { code, detail });
  return new SchemaRepairError(repair, cause).message;
}

describe("the error about an object that could not be restored", () => {
  test("contains PostgreSQL's message, what to do, and what is left", () => {
    expect(messageFor("23505", "Key (a)=(1) is duplicated.")).toBe(
      "constraint k on public.a could not be restored: it failed (23505)\n" +
        "detail: Key (a)=(1) is duplicated.\n" +
        "Some rows have the same key. Remove the duplicates and run `npm run up` again, or accept the database as it is: " +
        "npm run db -- accept-drift --reason 'why' 'constraint k on public.a'\n" +
        "Earlier repairs stay in place, and no row was changed. The next up resumes here.",
    );
  });

  test.each(["42501", "55P03", "XX000", undefined])(
    "does not offer to accept the database if rows are not the cause: %s",
    (code) => {
      expect(messageFor(code)).toMatch(/run `npm run up` again.*\.$/m);
      expect(messageFor(code)).not.toContain("accept-drift");
    },
  );

  test("keeps the cause and its code", () => {
    const cause = new Error("connection lost");
    const error = new SchemaRepairError(repair, cause);
    expect(error.cause).toBe(cause);
    expect(error.code).toBeUndefined();
    expect(error.message).toContain("could not be restored: connection lost\n");
  });
});
