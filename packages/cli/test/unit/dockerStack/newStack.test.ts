import { expect, test } from "vitest";

import { configurationOf } from "../../../src/dockerStack/newStack";

test("a new stack in Docker has ports of its own, and the database of the first", () => {
  const first = { stack: "dev", database: "hosterizer" };
  expect(configurationOf(first, [5435, 6433])).toBe(
    "# Made by `db -- restore --as` from the backups of stack dev. docs/dev-stack.md lists the other keys.\n" +
      "config:\n" +
      "  hosterizer-database:instance: docker\n" +
      "  hosterizer-database:port: 5435\n" +
      "  hosterizer-database:poolerPort: 6433\n",
  );
  expect(configurationOf({ ...first, database: "shop" }, [5435, 6433])).toContain(
    "  hosterizer-database:database: shop\n",
  );
});
