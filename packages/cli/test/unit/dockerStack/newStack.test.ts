import { expect, test } from "vitest";

import { configurationText, newConfiguration } from "../../../src/dockerStack/newStack";

const first = { stack: "dev", database: "hosterizer" };

test("a new stack in Docker has ports of its own, and the database of the first", () => {
  const configuration = newConfiguration("review", first, [5435, 6433]);
  expect(configurationText("dev", configuration)).toBe(
    "# Made by `db -- restore --as` from the backups of stack dev. docs/dev-stack.md lists the other keys.\n" +
      "config:\n" +
      "  hosterizer-database:instance: docker\n" +
      "  hosterizer-database:port: 5435\n" +
      "  hosterizer-database:poolerPort: 6433\n",
  );
  expect(newConfiguration("review", { ...first, database: "shop" }, [5435, 6433])).toMatchObject({
    "hosterizer-database:database": "shop",
  });
});

test.each([
  { dockerName: undefined, stack: "review", named: undefined },
  { dockerName: "acme-dev", stack: "review", named: "acme-review" },
  { dockerName: "acme", stack: "review", named: "acme-review" },
  { dockerName: "acme-dev", stack: "org/db/Try_2", named: "acme-try-2" },
  {
    dockerName: "a-very-long-name-of-one-team-of-ours-dev",
    stack: "review-2",
    named: "a-very-long-name-of-one-team-of-review-2",
  },
])(
  "beside objects that are called $dockerName, those of $stack are called $named",
  ({ dockerName, stack, named }) => {
    const declared = dockerName === undefined ? {} : { dockerName };
    const configuration = newConfiguration(stack, { ...first, ...declared }, [5435, 6433]);
    expect(configuration["hosterizer-database:dockerName"]).toBe(named);
    expect((named ?? "").length).toBeLessThanOrEqual(40);
  },
);
