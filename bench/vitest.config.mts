import { defineConfig } from "vitest/config";

const time = { testTimeout: 900_000, hookTimeout: 600_000 };

// Figures for people, never a pass or a failure.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "stack",
          include: ["bench/convergence.bench.ts"],
          globalSetup: ["test/stack/globalSetup.ts"],
          ...time,
        },
      },
      { test: { name: "files", include: ["bench/migrationFiles.bench.ts"], ...time } },
      { test: { name: "server", include: ["bench/drift.bench.ts"], ...time } },
      { test: { name: "tenancy", include: ["bench/tenancy.bench.ts"], ...time } },
      {
        test: { name: "statistics", include: ["bench/sensitiveColumns.bench.ts"], ...time },
      },
      { test: { name: "client", include: ["bench/client.bench.ts"], ...time } },
      { test: { name: "pool", include: ["bench/pool.bench.ts"], ...time } },
      {
        test: {
          name: "backup",
          include: ["bench/backup.bench.ts"],
          globalSetup: [
            "test/run/globalSetup.ts",
            "test/docker/globalSetup.ts",
            "test/docker/stack/globalSetup.ts",
          ],
          testTimeout: 3_600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
