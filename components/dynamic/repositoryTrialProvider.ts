import { isDeepStrictEqual } from "node:util";

import type Dockerode from "dockerode";

import { backupPaths, stanza } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { copyId, readCopyId } from "@hosterizer/postgres/backup/pgbackrest/copyId";
import {
  readBackupList,
  type RepositoryState,
} from "@hosterizer/postgres/backup/pgbackrest/backupList";
import { confinement } from "@hosterizer/postgres/server/dockerEngine/confinement";
import { withoutFrames } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { DeclarationError, DeclarationErrors } from "@hosterizer/postgres/userError";
import { engine } from "./dockerEngine";
import { hasUnknown, isInState } from "./drift";
import { makeProvider, refuse } from "./provider";
import type { RepositoryTrialInputs, TriedRepository } from "./repositoryTrial";
import { putFiles, withTwin } from "./twin";

/** The environment variable with the place of backups beside which `up --backups` makes an empty server. */
const namedBackups = "HOSTERIZER_BACKUPS";

export const provider = makeProvider<RepositoryTrialInputs>({
  id: ({ container }) => container,
  compared: ({ repositories, files }) => [repositories, files],
  /** Refuses what pgBackRest cannot change, and in a preview already a repository that the server could not use. */
  check: async (olds, news) => {
    const { repositories: before = [] } = olds;
    const faults = news.repositories.flatMap((repository) => changeFaults(repository, before));
    const isReadable = isInState(olds) && !hasUnknown(news);
    const isTried = isDeepStrictEqual(
      [olds.repositories, olds.files],
      [news.repositories, news.files],
    );
    if (faults.length === 0 && isReadable && !isTried)
      faults.push(...(await tryRepositories(engine(), news)).faults);
    if (faults.length === 0) return { inputs: news };
    return refuse(faults.map(({ message }) => message));
  },
  apply: async (inputs, before) => {
    const { faults, empty } = await tryRepositories(engine(), inputs);
    if (faults.length > 0) throw new DeclarationErrors(faults);
    for (const line of lostBackups(empty, before?.repositories ?? [])) console.log(line);
    const places = inputs.repositories.map(({ place }) => place);
    for (const { number, place } of before?.repositories ?? [])
      if (!places.includes(place))
        console.log(
          `Repository ${number}, ${place}, is no longer used. It is kept, with its backups.`,
        );
    return inputs;
  },
});

/** What has changed about a repository and cannot be changed. */
function changeFaults(
  { number, place, key, declaration }: TriedRepository,
  before: readonly TriedRepository[],
): DeclarationError[] {
  const known = before.find((other) => other.place === place);
  if (known === undefined) return [];
  const faults: DeclarationError[] = [];
  if (known.key !== key) {
    faults.push(
      new DeclarationError(
        declaration,
        `${place} ${cipher(known.key)}, and pgBackRest cannot change that`,
        `To have a repository that ${cipher(key)}, add it beside this one: see "Rotating the key" in docs/back-up.md`,
      ),
    );
  }
  if (known.number !== number) {
    faults.push(
      new DeclarationError(
        declaration,
        `${place} is repository ${known.number}, and would become repository ${number}`,
        `Write number: ${known.number} there: its number stays when another repository is removed`,
      ),
    );
  }
  return faults;
}

function cipher(key: number): string {
  return key === 0 ? "is not encrypted" : `is encrypted with key ${key}`;
}

/** What is found of repositories. */
interface Trial {
  /** Why the server could not use them. */
  faults: DeclarationError[];
  /** Those in which no server has backups. */
  empty: readonly TriedRepository[];
}

/**
 * Tells of repositories that are empty, and were this server's already.
 *
 * @param before those of the last update
 */
export function lostBackups(
  empty: readonly Pick<TriedRepository, "place">[],
  before: readonly Pick<TriedRepository, "place">[],
): string[] {
  return empty
    .filter(({ place }) => before.some((known) => known.place === place))
    .map(
      ({ place }) =>
        `warning: ${place} had this server's backups and is empty: no moment before now can be recovered from it.`,
    );
}

/** Looks at the repositories from a container of the server's image, in the server's network, and changes nothing in them. */
async function tryRepositories(docker: Dockerode, inputs: RepositoryTrialInputs): Promise<Trial> {
  const { container, image, network, data, volume, repositories, files } = inputs;
  if (repositories.length === 0) return { faults: [], empty: [] };
  const options: Omit<Dockerode.ContainerCreateOptions, "name" | "Labels"> = {
    Image: image,
    Entrypoint: ["tini", "--", "sh", "-c", lookAt(repositories)],
    Healthcheck: { Test: ["NONE"] },
    // Anonymous volumes are removed with their container.
    Volumes: { [backupPaths.configuration]: {} },
    HostConfig: {
      NetworkMode: network,
      ...confinement,
      Tmpfs: { "/tmp": "" },
      Binds: [`${data}:/var/lib/postgresql:ro`, `${volume}:${backupPaths.repository}:ro`],
      LogConfig: { Type: "json-file", Config: {} },
    },
  };
  const printed = await withTwin(docker, container, options, async (twin) => {
    await putFiles(twin, backupPaths.configuration, files);
    await twin.start();
    await twin.wait();
    return withoutFrames(await twin.logs({ stdout: true, stderr: true })).toString("utf8");
  });
  return readTrial(printed, repositories, process.env[namedBackups]);
}

/**
 * What a trial has found.
 *
 * @param printed what `lookAt` has printed
 * @param named the place of the backups that the user has named, to recover them into an empty server
 */
export function readTrial(
  printed: string,
  repositories: readonly TriedRepository[],
  named?: string,
): Trial {
  const [server = "", ownId = "", ...lists] = printed.split(`${separator}\n`);
  const found = repositories.map((repository, index) => {
    const [text = "", copy = ""] = lists.slice(2 * index);
    const isList = text.startsWith("[");
    return {
      ...{ repository, text, copy: copy.trim() },
      state: isList ? readBackupList(text, [repository.number])[0] : undefined,
    };
  });
  const lost = found.find(({ repository }) => repository.place === named);
  const servers = { present: server.trim(), copy: ownId.trim(), lost: lost?.state?.systemId };
  const faults = found.flatMap(({ repository, text, copy, state }) =>
    state === undefined
      ? [refusal(repository, text.trim() || "pgbackrest said nothing")]
      : judge(repository, { ...state, copy }, servers),
  );
  const empty = found.filter(({ state }) => state?.fault === undefined && state?.exists === false);
  return { faults, empty: empty.map(({ repository }) => repository) };
}

const separator = "----";

/**
 * Prints the identifier of the server's data, if there is any, and its ID, if it is a copy; of each repository what pgBackRest says, and the
 * ID of the copy that it belongs to.
 */
function lookAt(repositories: readonly TriedRepository[]): string {
  const { data } = backupPaths;
  return [
    `[ ! -e ${data}/global/pg_control ] || LC_ALL=C pg_controldata -D ${data} | sed -n 's/^Database system identifier: *//p'`,
    `echo ${separator}; cat ${copyId.inVolume} 2>/dev/null`,
    ...repositories.flatMap(({ number }) => [
      `echo ${separator}`,
      // Four attempts: one that does not answer takes 20 seconds.
      `pgbackrest --stanza=${stanza} --repo=${number} --io-timeout=5 --output=json info 2>&1; echo`,
      `echo ${separator}; pgbackrest --stanza=${stanza} --repo=${number} --io-timeout=5 ${readCopyId.join(" ")} 2>/dev/null; echo`,
    ]),
  ].join("\n");
}

/** Identifiers of servers. */
interface Servers {
  /** That of the server's data; empty: it has none yet. */
  present: string;
  /** Its ID, if it is a copy; empty: it is none. */
  copy: string;
  /** That of the server whose backups the user has named, to recover them into an empty one. All its repositories are this stack's. */
  lost: string | undefined;
}

function judge(
  repository: TriedRepository,
  { fault, exists, systemId, copy }: RepositoryState & Pick<Servers, "copy">,
  { present: server, copy: own, lost }: Servers,
): DeclarationError[] {
  const { place, declaration } = repository;
  if (fault !== undefined) return [refusal(repository, fault)];
  if (!exists || systemId === undefined) return [];
  if (systemId === server) {
    if (copy === own) return [];
    const other = own === "" ? "a copy of this server" : "the server that this one is a copy of";
    return [
      new DeclarationError(
        declaration,
        `${place} has the backups of ${copy === "" || own === "" ? other : "another copy of the same server"}. Both have the system identifier ${systemId}, so that the WAL of one would go into the backups of the other`,
        "Name another path",
      ),
    ];
  }
  if (server === "" && systemId === lost) return [];
  const whose =
    server === ""
      ? `${place} has the backups of a server (system identifier ${systemId}), and the new one would be another`
      : `${place} has the backups of another server (system identifier ${systemId}; this one's is ${server})`;
  const remedy =
    server === ""
      ? `To recover them: ${npmCommand("up", ["--backups", place])}, then ${npmCommand("db -- restore --latest")}. Otherwise name another path`
      : "Name another path";
  return [new DeclarationError(declaration, whose, remedy)];
}

function refusal({ place, key, declaration }: TriedRepository, said: string): DeclarationError {
  const isCipher = /\[FormatError\]|\[CryptoError\] unable to (flush|load info)/.test(said);
  if (!isCipher) {
    const fault = `${place} cannot be used: ${said}`;
    return new DeclarationError(declaration, fault, "Correct it. Nothing was changed");
  }
  return key === 0
    ? new DeclarationError(
        declaration,
        `the backups in ${place} are encrypted, and encryption is off for it`,
        "Leave encryption: false out and give their key to hosterizer-database:backupKey, or name another path",
      )
    : new DeclarationError(
        declaration,
        `key ${key} does not open the backups in ${place}: they were made with another key, or without encryption`,
        "Give their key to hosterizer-database:backupKey, or set encryption: false if they have none, or name another path",
      );
}
