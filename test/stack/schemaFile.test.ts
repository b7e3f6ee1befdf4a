import { readFile, writeFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { dumpSchema, majorOfDump } from "./dumpSchema";
import { sharedProject } from "./sharedStack";

const file = "docs/schema.sql";
const head =
  "-- What `npm run up` makes on the stack local, as pg_dump writes it; see test/stack/schemaFile.test.ts.\n";

// Lets a review show what a change does to the database.
test(`${file} matches what up creates`, async ({ skip }) => {
  skip((await majorOfDump()) !== 15, "another major version of pg_dump writes it differently");
  const dump = `${head}\n${await dumpSchema(await (await sharedProject()).connection())}`;
  if (process.env["UPDATE_DOCS"] !== undefined) await writeFile(file, dump);

  const command = "UPDATE_DOCS=1 npm test -- --project stack test/stack/schemaFile.test.ts";
  const message = `${file} does not match what up creates. After a change to migrations/ or database/, regenerate it and commit it: ${command}`;
  expect(dump, message).toBe(await readFile(file, "utf8"));
});
