import { expect, test } from "vitest";

import { ClientProgramError } from "../../../src/backup/clientProgram";
import { loadFault } from "../../../src/backup/drill/loadFault";
import { notLoaded } from "../../../src/backup/restore";

test("what is recorded of a dump that does not load has no row of it", () => {
  const secret = "ada@example.com, $2b$12$hash";
  const error = notLoaded(
    new ClientProgramError("pg_restore", [
      'error: COPY failed for table "users": ERROR:  new row for relation "users" violates check constraint "users_check"',
      `DETAIL:  Failing row contains (1, ${secret}).`,
      `CONTEXT:  COPY users, line 1: "1 ${secret}"`,
      "HINT:  Look at the row.",
      `Command was: insert into public.users values (1, '${secret}');`,
      `error: ${secret}`,
    ]),
  );
  expect(error.message).toContain(secret);
  expect(loadFault(error)).toBe(
    'The dump could not be loaded. pg_restore says: error: COPY failed for table "users": ERROR:  new row for relation "users" violates check constraint "users_check"',
  );
});

test("another fault is its first line", () => {
  expect(loadFault(new Error('permission denied for table "users"\nat line 1'))).toBe(
    'permission denied for table "users"',
  );
  expect(loadFault("no space")).toBe("no space");
});
