import { expect, test } from "vitest";

import { shellExports } from "../../../../src/db/stack/shellExports";

test("exports one variable a line, in the given order", () => {
  expect(shellExports({ DB_HOST: "127.0.0.1", DB_PORT: "5433" })).toBe(
    "export DB_HOST='127.0.0.1'\nexport DB_PORT='5433'\n",
  );
});

test("leaves a quote in a value what it is", () => {
  expect(shellExports({ DB_PASSWORD: "it's" })).toBe("export DB_PASSWORD='it'\\''s'\n");
});
