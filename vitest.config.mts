import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";

const maxWorkers = Math.max(2, availableParallelism() - 1);

// unit: no I/O. integration: a real server. stack: a real `pulumi up`. docker: a real
// Docker engine. docker-stack: a real `pulumi up` on it.
export default defineConfig({
  test: {
    projects: [
      // On a machine with two cores Vitest would leave one idle, while a test waits for its server.
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // Beside lint and types, on a machine that others use too.
          testTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/integration/globalSetup.ts"],
          maxWorkers,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "stack",
          include: ["test/stack/**/*.test.ts"],
          globalSetup: ["test/stack/globalSetup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // An up keeps a core busy.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "docker",
          include: ["test/docker/**/*.test.ts"],
          exclude: ["test/docker/stack/**"],
          globalSetup: ["test/docker/globalSetup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "docker-stack",
          include: ["test/docker/stack/**/*.test.ts"],
          globalSetup: ["test/docker/globalSetup.ts", "test/docker/stack/globalSetup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
