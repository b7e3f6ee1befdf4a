import { expect, test } from "vitest";

import { configurationName } from "../../../src/stack/stackFiles";

test.each(["dev", "org/dev", "org/project/dev"])(
  "the configuration of stack %s has no organization in its name",
  (stack) => {
    expect(configurationName(stack)).toBe("Pulumi.dev.yaml");
  },
);
