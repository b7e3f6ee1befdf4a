import { readdir, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { dockerNames } from "../../../src/dockerStack/dockerObjects";
import { outputFrame, programOf, type StandInEngine, startStandInEngine } from "./standInEngine";

let standIn: StandInEngine;
beforeEach(async () => {
  standIn = await startStandInEngine();
});
afterEach(() => standIn.close());

const names = dockerNames({ dockerName: "shop", dataVolume: "shop-data-new" });
const containerOf = async (name: string) =>
  (await import("../../../src/dockerStack/engine")).engine().getContainer(name);

describe("room on the engine's disk", () => {
  const judge = async (bytes: number) => {
    Object.assign(standIn.answers, programOf("shop-recovery", `     Avail\n${bytes}\n`));
    const { requireRoom } = await import("../../../src/db/recover/requireRoom");
    await requireRoom(await containerOf("shop-recovery"), 1324 * 2 ** 20);
  };

  test("is enough where as much is free", async () => {
    await expect(judge(1324 * 2 ** 20)).resolves.toBeUndefined();
  });

  test("is refused with both sizes where it is not", async () => {
    await expect(judge(1323 * 2 ** 20)).rejects.toThrow(
      "The engine's disk has 1.3 GB free. The database with the WAL since the backup may take 1.3 GB. Nothing was changed.",
    );
  });
});

test("a connection to the engine that breaks ends a recovery with an error, and does not hang", async () => {
  Object.assign(standIn.answers, programOf("shop-recovery", ""), {
    "POST /exec/program/start": (response: ServerResponse) => {
      response.write(outputFrame("restore file /var/lib/postgresql/data/base/1 (8KB, 10%)\n"));
      setImmediate(() => response.destroy());
    },
  });
  const { runInContainer } = await import("../../../src/dockerStack/runInContainer");
  const lines: string[] = [];
  const run = runInContainer(await containerOf("shop-recovery"), ["pgbackrest", "restore"], {
    onLine: (line) => lines.push(line),
  });

  await expect(run).rejects.toThrow(/aborted|reset|premature/i);
  expect(lines).toEqual(["restore file /var/lib/postgresql/data/base/1 (8KB, 10%)"]);
});

describe("what a recovery has left that was killed", () => {
  const killed = (volume: string) => ({
    State: { Running: false },
    Mounts: [
      { Destination: "/var/lib/pgbackrest", Name: "shop-backup" },
      { Destination: "/var/lib/postgresql", Name: volume },
    ],
  });
  /** As `destroy` removes what is not in the state. */
  const removed = async (volume: string) => {
    Object.assign(standIn.answers, {
      "GET /containers/shop-recovery/json": killed(volume),
      "GET /images/json": [],
      "GET /volumes": { Volumes: [] },
      "GET /system/df": {},
    });
    const objects = await import("../../../src/dockerStack/dockerObjects");
    await objects.removeObjects(await objects.findUntracked(names, []));
    return standIn.requests.filter((request) => request.startsWith("DELETE"));
  };

  test("is removed together with its container, for nothing else knows its name", async () => {
    expect(await removed("shop-data-20261130-052308")).toEqual([
      "DELETE /containers/shop-recovery",
      "DELETE /volumes/shop-data-20261130-052308",
    ]);
  });

  test.each(["shop-data-new", "other-data"])("is not the volume %s", async (volume) => {
    expect(await removed(volume)).toEqual(["DELETE /containers/shop-recovery"]);
  });
});

test("what recoveries have left beside the present data is found by its name, and nothing else", async () => {
  const others = ["shop-data-20261130-052308", "shop-data", "shop-data-new-20261129-010203"];
  const strangers = ["shop-data-new", "shop-data-x", "a-shop-data", "shop-data-20261130-052308-x"];
  Object.assign(standIn.answers, {
    "GET /images/json": [],
    "GET /volumes": { Volumes: [...others, ...strangers].map((Name) => ({ Name })) },
    "GET /system/df": { Volumes: [{ Name: "shop-data", UsageData: { Size: 7 } }] },
  });
  const { findObjects } = await import("../../../src/dockerStack/dockerObjects");

  expect((await findObjects(names)).otherData).toEqual([
    { name: "shop-data", size: 7 },
    { name: "shop-data-new-20261129-010203", size: undefined },
    { name: "shop-data-20261130-052308", size: undefined },
  ]);
});

describe("a recovery that is about to start in its container", () => {
  const found = (created: Date, state: object) => {
    Object.assign(standIn.answers, {
      "GET /containers/shop-backup/json": { Image: "sha256:0" },
      "GET /containers/shop-recovery/json": {
        State: state,
        Created: created.toISOString(),
        Mounts: [{ Destination: "/var/lib/postgresql", Name: "shop-data-new-20261130-052308" }],
      },
    });
  };
  const recover = async (created: Date) => {
    found(created, { Running: false, Status: "created" });
    const { createRecoveryContainer } = await import("../../../src/db/recover/recoveryContainer");
    await createRecoveryContainer({ source: names, target: names }, "shop-data-new-1", false);
  };
  const removals = () => standIn.requests.filter((request) => request.startsWith("DELETE"));

  test("is not removed by another one", async () => {
    const now = new Date();
    const starting = setTimeout(() => {
      found(now, { Running: true, Status: "running" });
    }, 500);
    await expect(recover(now)).rejects.toThrow("Another recovery is running");
    clearTimeout(starting);
    expect(removals()).toEqual([]);
  });

  test("was killed if it has been about to for long", async () => {
    await expect(recover(new Date(Date.now() - 120_000))).rejects.toThrow("no such object");
    expect(removals()).toContain("DELETE /containers/shop-recovery");
  });
});

test("a recovery that is interrupted leaves nothing, and says so", async () => {
  const path = "../../../src/db/recover/recoveryContainer";
  const room = "../../../src/db/recover/requireRoom";
  vi.doMock(room, () => ({ readNeededRoom: () => 0, requireRoom: () => undefined }));
  const container = await containerOf("shop-recovery");
  let removed: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (removed = resolve));
  const remove = vi.fn(() => {
    removed();
    return Promise.resolve();
  });
  vi.doMock(path, async (original) => ({
    ...(await original<object>()),
    createRecoveryContainer: () => Promise.resolve({ container, remove }),
    restoreBackup: async () => {
      process.emit("SIGHUP", "SIGHUP");
      await gone;
      // As the modules of this test know it.
      const { UserError } = await import("@hosterizer/postgres/userError");
      throw new UserError("The backup cannot be restored: pgbackrest ended with 137", "");
    },
  }));
  try {
    const { recoverInto } = await import("../../../src/db/recover/recover");
    const recovery = { target: { kind: "latest" }, plan: { backup: { label: "F", size: 1 } } };
    const recovering = recoverInto(
      { source: names, target: names },
      recovery as unknown as Parameters<typeof recoverInto>[1],
      () => Promise.resolve(),
    );
    await expect(recovering).rejects.toThrow("Interrupted by SIGHUP.\nNothing was changed.");
  } finally {
    for (const module of [path, room]) vi.doUnmock(module);
  }
  expect(remove).toHaveBeenCalledOnce();
  expect(standIn.requests.at(-1)).toMatch(/^DELETE \/volumes\/shop-data-new-\d{8}-\d{6}$/);
});

describe("the keys of lost backups", () => {
  const read = async () =>
    (await import("../../../src/dockerStack/configuredKeys")).readConfiguredKeys(names);

  test("are found in the server's container where the other is gone, also of an earlier version", async () => {
    standIn.answers["GET /containers/shop-postgresql/archive"] = (response: ServerResponse) =>
      response.end("[global]\nrepo1-path=/x\nrepo1-cipher-pass=abc_DEF-123\nprocess-max=2\n");
    expect(await read()).toEqual({ 1: "abc_DEF-123" });
    expect(standIn.requests[0]).toBe("GET /containers/shop-backup/archive");
  });

  test("are unknown where no container has them", async () => {
    expect(await read()).toBeUndefined();
  });
});

describe("a volume that is to be a server's", () => {
  const mounted = { "GET /containers/json": [{ Id: "one" }] };
  const require = async () => {
    const { requireWholeData } = await import("../../../src/dockerStack/volumeContents");
    await requireWholeData("org/dev", names);
  };

  test("is refused if nothing is in it, with the file that names it", async () => {
    Object.assign(standIn.answers, mounted);
    await expect(require()).rejects.toThrow(
      "The volume shop-data-new (hosterizer-database:dataVolume in Pulumi.dev.yaml) has no server's data. Nothing was changed.",
    );
    expect(standIn.requests).toContain("HEAD /containers/one/archive");
  });

  test("is refused if a recovery into it was interrupted", async () => {
    Object.assign(standIn.answers, mounted, {
      "HEAD /containers/one/archive": (response: ServerResponse) => response.end(),
    });
    await expect(require()).rejects.toThrow(
      "The recovery into the volume shop-data-new (hosterizer-database:dataVolume in Pulumi.dev.yaml) was interrupted: its data is not whole.",
    );
  });
});

test("the end of a recovery writes what memory has before it stops the server, which then may take an hour", async () => {
  const commands: string[] = [];
  Object.assign(standIn.answers, programOf("shop-recovery", ""), {
    "POST /containers/shop-recovery/exec": (response: ServerResponse) => {
      response.req.on("data", (body: Buffer) => commands.push(body.toString()));
      response.req.on("end", () => {
        response.writeHead(201, { "content-type": "application/json" });
        response.end('{"Id": "program"}');
      });
    },
  });
  const { endRecovery } = await import("../../../src/db/recover/recoveryContainer");
  await endRecovery(await containerOf("shop-recovery"));

  expect(commands[0]).toMatch(/statement_timeout=0.* psql .*-c checkpoint/);
  expect(commands[1]).toMatch(/pg_ctl stop .*-t 3600/);
});

describe("the history of a new timeline", () => {
  const words = [
    "ERROR: [104]: archive-push command encountered error(s):",
    "       repo2: [FileOpenError] unable to load info file 'archive.info':",
    "       HINT: has a stanza-create been performed?",
    "",
  ].join("\n");
  const history = "00000002.history";
  /** @param after the numbers of the repositories that have it once it was pushed; `before`: those that had it already */
  const claim = async (after: number[], before: number[] = []) => {
    let isPushed = false;
    const folderOf = (command: string) => {
      const number = Number(/--repo=(\d)/.exec(command)?.[1]);
      const found = (isPushed ? after : before).includes(number);
      return JSON.stringify(found ? { [history]: { type: "file" } } : {});
    };
    const answers: [asked: string, text: string, code: number][] = [
      ["pg_wal && ls", `${history}\n`, 0],
      ["base64 -w 0", "aGlzdG9yeQ==", 0],
      ["archive-push", words, 104],
      ["archive/hosterizer/15-1", "", 0],
      ["archive/hosterizer", JSON.stringify({ "15-1": { type: "path" } }), 0],
    ];
    const create = (response: ServerResponse) => {
      let body = "";
      response.req.on("data", (part: Buffer) => (body += part.toString()));
      response.req.on("end", () => {
        const [asked, fixed = "", code = 1] = answers.find(([part]) => body.includes(part)) ?? [];
        isPushed ||= asked === "archive-push";
        const text = asked === "archive/hosterizer/15-1" ? folderOf(body) : fixed;
        Object.assign(standIn.answers, programOf("shop-backup", text, code), programs);
        response.writeHead(201, { "content-type": "application/json" });
        response.end('{"Id": "program"}');
      });
    };
    const programs = {
      "POST /containers/shop-recovery/exec": create,
      "POST /containers/shop-backup/exec": create,
    };
    Object.assign(standIn.answers, programs);
    const { claimTimeline } = await import("../../../src/db/recover/claimTimeline");
    const [recovered, backup] = [
      await containerOf("shop-recovery"),
      await containerOf("shop-backup"),
    ];
    return claimTimeline(recovered, backup, { repository: 1, others: [2] });
  };

  test("is missed by one repository that fails, if the one that was recovered from has it", async () => {
    expect(await claim([1])).toBeUndefined();
  });

  test("is told with the words for each repository where not even that one has it", async () => {
    expect(await claim([])).toBe(
      "archive-push command encountered error(s):\nrepo2: [FileOpenError] unable to load info file 'archive.info':\nHINT: has a stanza-create been performed?",
    );
  });

  test("is refused where another repository has one of that number, of a recovery that this one has missed", async () => {
    await expect(claim([1, 2], [2])).rejects.toThrow(
      "Repository 2 has another timeline 00000002: repository 1 has missed a recovery. Nothing was changed.",
    );
  });
});

describe("a copy", () => {
  const modules = ["readInstanceSettings", "state"].map((name) => `../../../src/stack/${name}`);
  const settings = {
    ...{ database: "shop", dockerName: "shop-review" },
    backup: { repositories: [] },
  };
  const first = { stack: "dev", database: "shop", names };
  let files: string[];

  beforeEach(async () => {
    files = await configurationFiles();
    Object.assign(standIn.answers, {
      "GET /images/json": [],
      "GET /volumes": { Volumes: [] },
      "GET /system/df": {},
    });
  });
  afterEach(async () => {
    for (const module of modules) vi.doUnmock(module);
    vi.restoreAllMocks();
    // Whatever becomes of it, nothing is left.
    expect(await configurationFiles()).toEqual(files);
  });

  /** What a command writes about a stack in this folder. */
  const configurationFiles = async () => {
    const folders = [".", ".hosterizer/config", ".hosterizer/state/.pulumi/stacks"];
    const found = folders.map((folder) => readdir(folder, { recursive: folder !== "." }));
    const names = (await Promise.allSettled(found)).flatMap((each) =>
      each.status === "fulfilled" ? each.value : [],
    );
    return names.filter((name) => name.includes("review")).sort();
  };
  /** @param resources in the stack's state */
  const copying = async (resources: object[], make: () => Promise<unknown>) => {
    const [reading = "", state = ""] = modules;
    const docker = () => ({ settings });
    vi.doMock(reading, () => ({ readDockerSettings: docker, dockerSettingsOf: docker }));
    vi.doMock(state, () => ({ readResourcesIfAny: () => Promise.resolve(resources) }));
    const { withNewStack } = await import("../../../src/dockerStack/newStack");
    return withNewStack("review", first, make);
  };
  const said = () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    return () => write.mock.calls.map(([text]) => String(text)).join("");
  };

  test("whose names something in Docker has is refused, and offers to remove none of it: it may be another stack's", async () => {
    standIn.answers["GET /volumes/shop-review-backup"] = { Name: "shop-review-backup" };
    const output = said();
    const refused = await copying([], () => Promise.reject(new Error("made"))).catch(String);

    expect(refused).toContain(
      "--as: stack review would have the names of what is in Docker already: volume shop-review-backup. Nothing was changed.",
    );
    expect(refused).toContain(
      "write Pulumi.review.yaml with another hosterizer-database:dockerName than shop-review.",
    );
    expect(refused).not.toContain("destroy");
    expect(output()).not.toContain("is written");
  });

  test("of a stack that this clone has is refused, with the command that removes what there is of it", async () => {
    standIn.answers["GET /volumes/shop-review-backup"] = { Name: "shop-review-backup" };
    const refused = await copying([{}], () => Promise.reject(new Error("made"))).catch(String);

    expect(refused).toContain(
      "--as: stack review exists: 1 resource in its state, volume shop-review-backup. Nothing was changed.",
    );
    expect(refused).toMatch(/npm run destroy -- --stack review --volume shop-review-backup$/);
  });

  test("that cannot be made does not say that a file is written", async () => {
    const output = said();
    const refused = copying([], async () => {
      expect(await configurationFiles()).toContain("Pulumi.review.yaml");
      throw new Error("no room");
    });

    await expect(refused).rejects.toThrow("no room");
    expect(output()).not.toContain("is written");
  });

  test("that is made has a file, which is announced", async () => {
    const output = said();
    try {
      expect(await copying([], () => Promise.resolve("made"))).toBe("made");
      expect(output()).toMatch(/Pulumi\.review\.yaml is written, with the ports \d+ and \d+\./);
    } finally {
      await rm("Pulumi.review.yaml");
    }
  });
});
