import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const maxWorkers = Math.max(2, availableParallelism() - 1);

// Where there are two cores only, an up keeps one busy.
const stackWorkers = 2;

/** Files that take minutes: begun last, each would keep one worker busy while the others have nothing left to do. */
const longest = [
  "integration/nextMigration",
  "integration/schema/noFalseAlarm",
  "stack/prod/promotion",
  "stack/prod/conflicts",
  "stack/rotation",
  "stack/driftCatalogue",
  "stack/drift",
  "stack/attacks",
  "stack/updateKilled",
  "stack/pulumiKilled",
  "docker/stack/driftCatalogue",
  "docker/stack/healing",
  "docker/stack/dataOfEarlierStack",
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      longest.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// unit: no I/O. integration: a real server. stack: a real `pulumi up`. docker: a real
// Docker engine. docker-stack: a real `pulumi up` on it.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          maxWorkers: stackWorkers,
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
          maxWorkers: stackWorkers,
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
          maxWorkers: stackWorkers,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
