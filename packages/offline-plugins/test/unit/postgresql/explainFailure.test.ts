import { DatabaseError } from "pg";
import { expect, test } from "vitest";

import { explainFailure, ServerUnreachable } from "../../../src/postgresql/explainFailure";

test("a failure of the server comes with its SQLSTATE, its detail and what to do", () => {
  const error = Object.assign(new DatabaseError('role "x" already exists', 0, "error"), {
    code: "42710",
    detail: "More.",
    hint: "Less.",
  });
  expect(explainFailure(error)).toBe(
    [
      'role "x" already exists (SQLSTATE 42710)',
      "More.",
      "Hint: Less.",
      "It already exists and is not in this stack: import it (`pulumi import`), rename this one, or drop the other.",
    ].join("\n"),
  );
});

test("an unknown code passes through", () => {
  const error = Object.assign(new DatabaseError("odd", 0, "error"), { code: "99999" });
  expect(explainFailure(error)).toBe("odd (SQLSTATE 99999)");
});

test("a name with two addresses that both refuse is reported once", () => {
  const refused = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const both = new AggregateError([refused(), refused()]);
  expect(new ServerUnreachable("localhost", 5432, both).message).toMatch(
    /^cannot reach the PostgreSQL server at localhost:5432: nothing listens on that port\n.*--run-program\.$/,
  );
});
