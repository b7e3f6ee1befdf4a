import { resolve } from "node:path";

import { defineConfig } from "vitest/config";

const client = resolve("packages/client/src");

const time = { testTimeout: 900_000, hookTimeout: 600_000 };

// Figures for people, never a pass or a failure.
export default defineConfig({
  // The client's own sources, as in the tests.
  resolve: {
    alias: [
      { find: /^hosterizer-database-client$/, replacement: `${client}/index.ts` },
      { find: /^hosterizer-database-client\/(.*)$/, replacement: `${client}/$1.ts` },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "stack",
          include: ["bench/convergence.bench.ts"],
          globalSetup: ["test/stack/globalSetup.ts"],
          ...time,
        },
      },
      {
        extends: true,
        test: { name: "statistics", include: ["bench/sensitiveColumns.bench.ts"], ...time },
      },
      {
        extends: true,
        test: { name: "files", include: ["bench/migrationFiles.bench.ts"], ...time },
      },
      { extends: true, test: { name: "server", include: ["bench/drift.bench.ts"], ...time } },
      { extends: true, test: { name: "tenancy", include: ["bench/tenancy.bench.ts"], ...time } },
      { extends: true, test: { name: "client", include: ["bench/client.bench.ts"], ...time } },
      { extends: true, test: { name: "pool", include: ["bench/pool.bench.ts"], ...time } },
      {
        extends: true,
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
