import { availableParallelism } from "node:os";
import { resolve } from "node:path";

import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const client = resolve("packages/client/src");

// A test waits for its server, its containers or its update for half of its time: two more than there are cores keep them busy.
const maxWorkers = availableParallelism() + 2;

/**
 * Files that take more than half a minute, in the order in which they start: started last, each would keep one worker busy while the
 * others have nothing left to do. Those that wait for containers stand between those that do not.
 */
const longest = [
  "docker/stack/recovery",
  "docker/stack/repositories",
  "stack/prod/restoreDrill",
  "docker/stack/archiving",
  "docker/stack/copyWithRepository",
  "docker/stack/backup",
  "stack/dump",
  "docker/stack/healing",
  "integration/nextMigration",
  "docker/stack/replacement",
  "stack/rotation",
  "docker/stack/dataOfEarlierStack",
  "stack/prod/conflicts",
  "docker/stack/dump",
  "docker/stack/rotation",
  "stack/drift",
  "docker/stack/driftCatalogue",
  "stack/driftCatalogue",
  "stack/prod/convergence",
  "stack/prod/promotion",
  "stack/twoAtOnce",
  "stack/rollback",
  "stack/prod/connectionSettings",
  "docker/pooler/pooler",
  "stack/migrateCommand",
  "stack/prod/rotation",
  "stack/verify",
  "stack/migrations",
  "stack/plantedCode",
  "stack/attacks",
  "stack/secrets",
  "stack/tablePrivileges",
  "stack/pulumiKilled",
  "stack/destroy",
  "docker/image/pooler",
  "docker/stack/firstUp",
  "docker/image/lifecycle",
  "stack/prod/failover",
  "stack/serverKilled",
  "stack/users",
  "stack/updateKilled",
  "stack/example",
  "integration/schema/noFalseAlarm",
].map((name) => `/test/${name}.test.ts`);

/**
 * The longest files first, then kind by kind, because a process runs file after file of one kind; the unit tests last, because
 * short files keep all workers busy to the end. Those that wait for containers stand evenly between those that do not.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) =>
      longest.findIndex((name) => moduleId.endsWith(name));
    const long = sorted.filter((file) => place(file) >= 0);
    const others = sorted.filter((file) => place(file) < 0);
    const ofKind = (kind: RegExp) => others.filter(({ project }) => kind.test(project.name));
    return [
      ...long.toSorted((one, other) => place(one) - place(other)),
      ...ofKind(/^stack$/),
      ...spread(ofKind(/^docker/), ofKind(/^integration$/)),
      ...ofKind(/^unit$/),
    ];
  }
}

/** Both lists as one, in which the files of each lie evenly between those of the other. */
function spread(...lists: readonly TestSpecification[][]): TestSpecification[] {
  return lists
    .flatMap((list) => list.map((file, index) => ({ file, share: index / list.length })))
    .toSorted((one, other) => one.share - other.share)
    .map(({ file }) => file);
}

// unit: no I/O. integration: a real server. stack: a real `pulumi up`. docker: a real
// Docker engine. docker-stack: a real `pulumi up` on it.
export default defineConfig({
  // The client's own sources, not what is built of them to be published.
  resolve: {
    alias: [
      { find: /^hosterizer-database-client$/, replacement: `${client}/index.ts` },
      { find: /^hosterizer-database-client\/(.*)$/, replacement: `${client}/$1.ts` },
    ],
  },
  test: {
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    // For `npm run test:time`.
    reporters: ["default", ["json", { outputFile: ".hosterizer/test-results.json" }]],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages/*/,}test/unit/**/*.test.ts"],
          // They leave nothing behind, and a process for each file would take two thirds of the time.
          isolate: false,
          // Beside lint and types, on a machine that others use too.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["{packages/*/,}test/integration/**/*.test.ts"],
          isolate: false,
          globalSetup: [
            "test/run/globalSetup.ts",
            "packages/postgres/test/integration/globalSetup.ts",
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "stack",
          include: ["test/stack/**/*.test.ts"],
          globalSetup: ["test/run/globalSetup.ts", "test/stack/globalSetup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: "docker",
          include: ["test/docker/**/*.test.ts"],
          exclude: ["test/docker/stack/**"],
          globalSetup: ["test/run/globalSetup.ts", "test/docker/globalSetup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: "docker-stack",
          include: ["test/docker/stack/**/*.test.ts"],
          globalSetup: [
            "test/run/globalSetup.ts",
            "test/docker/globalSetup.ts",
            "test/docker/stack/globalSetup.ts",
          ],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
