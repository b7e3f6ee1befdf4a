import { defineConfig } from "vitest/config";

// Figures to look at, never a pass or a failure.
export default defineConfig({
  test: {
    include: ["bench/**/*.bench.ts"],
    globalSetup: ["test/stack/globalSetup.ts"],
    testTimeout: 900_000,
    hookTimeout: 600_000,
  },
});
