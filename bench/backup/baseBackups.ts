import { backupPaths, stanza } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { engine } from "../../test/docker/engine";
import type { DockerProject } from "../../test/docker/stack/dockerProject";
import type { TestContainer } from "../../test/docker/testContainer";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";
import { computingOf, readSetting, setOnServer } from "./measuredServer";
import { inTurns, ratio } from "./turns";
import { ofTwoSizes } from "./twoSizes";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);

const ours = "pgBackRest, zstd, encrypted";
const open = "pgBackRest, zstd";
const packed = "pg_basebackup, tar, zstd";
const plain = "pg_basebackup, files as they are";

/** The copy that pg_basebackup makes, and a repository that is not encrypted: all on one disk. */
const copy = `${backupPaths.drill}/bench`;
const openRepository = `${backupPaths.repository}/bench`;
const openConfiguration = "/tmp/bench.conf";

/**
 * A full backup by the stack's own configuration, the same without encryption, and pg_basebackup. All run in the container that takes
 * backups: the same data, processors and disk, a checkpoint at once, everything synced to the disk before the end, page checksums
 * verified, and the WAL with it that makes it consistent.
 *
 * With zstd of level 3 the output of three of them is of one kind, and one size. Encryption has no counterpart in pg_basebackup, nor
 * have pgBackRest's second process and its wait for the archive.
 */
export async function measureBaseBackups({ project }: BackedUpStack): Promise<Figure[]> {
  const container = project.container("backup");
  const full = (...options: string[]) =>
    container.succeed("pgbackrest", `--stanza=${stanza}`, ...options, "--type=full", "backup");
  const copied = async (...options: string[]) => {
    await container.succeed(
      ...["pg_basebackup", `--host=${backupPaths.socket}`, "--username=postgres"],
      ...["--checkpoint=fast", "--wal-method=stream", `--pgdata=${copy}`, ...options],
    );
  };
  const sizes = new Map<string, string>();
  const clear = (name: string) => async () => {
    sizes.set(name, await sizeOf(container, copy));
    await container.succeed("rm", "-r", copy);
  };
  const undo = await prepare(project, container);
  try {
    const measure = async () =>
      inTurns(
        [
          { name: ours, run: () => full("--repo=1") },
          { name: open, run: () => full(`--config=${openConfiguration}`) },
          {
            name: packed,
            run: () => copied("--format=tar", "--compress=client-zstd:3"),
            clear: clear(packed),
          },
          { name: plain, run: () => copied("--format=plain"), clear: clear(plain) },
        ],
        rounds,
        () => computingOf(container, project.container("postgresql")),
      );
    const sized = await ofTwoSizes(project, measure);
    for (const [name, folder] of [
      [ours, `${backupPaths.repository}/backup/${stanza}/latest/`],
      [open, `${openRepository}/backup/${stanza}/latest/`],
    ] as const)
      sizes.set(name, await sizeOf(container, folder));
    const compared = [
      { one: ours, other: packed, goal: "≤ 1.15" },
      { one: ours, other: plain, goal: "≤ 1.15" },
      { one: open, other: packed },
    ];
    return [
      ...sized.flatMap(({ size, turns }) =>
        compared.flatMap(({ one, other, ...goal }) => [
          {
            what: `${size}: ${one}, over ${other}`,
            measured: ratio(turns.seconds, one, other).toFixed(2),
            ...goal,
          },
          {
            what: "  the same, in computing time",
            measured: ratio(turns.computing, one, other).toFixed(2),
          },
        ]),
      ),
      ...[...sizes].map(([name, size]) => ({ what: `size of 1.5 GB: ${name}`, measured: size })),
    ];
  } finally {
    await undo();
  }
}

async function sizeOf(container: TestContainer, path: string): Promise<string> {
  const [kibibytes = ""] = (await container.succeed("du", "-sk", path)).split("\t");
  return `${Math.round((Number(kibibytes) * 1024) / 1e6)} MB`;
}

/** Lets pg_basebackup in, and makes the repository that is not encrypted. @returns what takes all that back */
async function prepare(
  project: DockerProject,
  container: TestContainer,
): Promise<() => Promise<void>> {
  const server = project.container("postgresql");
  // The stack's own lines but three.
  const configuration = `sed -E -e '/^repo1-cipher-pass=/d' -e 's/^(repo1-cipher-type)=.*/\\1=none/' -e 's,^(repo1-path)=.*,\\1=${openRepository},' ${backupPaths.configuration}/pgbackrest.conf >${openConfiguration}`;
  for (const each of [server, container]) await each.succeed("sh", "-c", configuration);
  const pgbackrest = ["pgbackrest", `--config=${openConfiguration}`, `--stanza=${stanza}`];
  await container.succeed(...pgbackrest, "stanza-create");
  const command = await readSetting(project, "archive_command");
  // Both archives are complete: each backup waits until the end of its WAL is there.
  const other = [...pgbackrest, "--no-archive-async", "archive-push", "%p"].join(" ");
  await setOnServer(project, { archive_command: `${command} && ${other}` });
  await editRules(project, `sed -i '1i local replication postgres peer'`);
  return async () => {
    await editRules(project, `sed -i '/^local replication postgres peer$/d'`);
    await setOnServer(project, { archive_command: command });
    await container.succeed("rm", "-r", openRepository);
    await keepOnlyOne(container);
  };
}

/** Changes the server's pg_hba.conf, which its own container cannot write. */
async function editRules(project: DockerProject, edit: string): Promise<void> {
  const { Image, Name } = await project.container("postgresql").inspect();
  const editor = await engine.createContainer({
    name: `${project.prefix}-bench`,
    Image,
    User: "0",
    Entrypoint: ["sh", "-c", `${edit} /to/pg_hba.conf`],
    HostConfig: { Binds: [`${Name.slice(1)}-configuration:/to`] },
  });
  try {
    await editor.start();
    await editor.wait();
  } finally {
    await editor.remove({ force: true });
  }
  await project.query("select pg_catalog.pg_reload_conf()");
}

/** A drill looks at each backup, and at the WAL between them: one is enough. */
async function keepOnlyOne(container: TestContainer): Promise<void> {
  const pgbackrest = ["pgbackrest", `--stanza=${stanza}`, "--repo=1"];
  await container.succeed(...pgbackrest, "--type=full", "backup");
  const last = ["--repo1-retention-full-type=count", "--repo1-retention-full=1"];
  await container.succeed(...pgbackrest, ...last, "expire");
}
