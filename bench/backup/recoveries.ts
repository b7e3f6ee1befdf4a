import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { expect } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import type { DockerProject } from "../../test/docker/stack/dockerProject";
import { nearlyFillSegment } from "../../test/docker/stack/nearlyFillSegment";
import type { BackedUpStack } from "./backedUpStack";
import type { Figure } from "./figureTable";
import { type Fingerprint, fingerprint, none, plus, writeBatch } from "./writtenRows";

/** 100,000 rows over a minute. */
const batches = 500;
/** So many numbers of batches are for the recoveries from one repository. */
const numbered = 1000;
const intervalMs = 60_000 / batches;
/** After this batch the moment is taken that is recovered; the DELETE comes a second later, and others write in between. */
const lastBefore = 350;
const deletedAfter = lastBefore + Math.ceil(1000 / intervalMs);
/** How long nothing is archived when the server is killed: ten seconds later it would be. */
const unarchivedMs = 50_000;

/**
 * A mistake under load, and what comes back: the second before it, a named point, the latest state after the server was killed, and a
 * moment of the timeline that the first recovery has left. Each with exactly its rows, by count and checksum of every table.
 */
export async function measureRecoveries(
  stack: BackedUpStack,
  { repository, place }: { repository: number; place: string },
): Promise<Figure[]> {
  const { project, db, archive } = stack;
  const from = ["--repository", String(repository), "--replace", "hosterizer"];
  const first = repository * numbered;
  const point = `before-import-${repository}`;
  const figures: Figure[] = [];
  const recover = async (what: string, ...words: string[]) => {
    const { seconds, output } = await db("restore", ...words, ...from);
    const restored = /recovered in (.+)$/m.exec(output)?.[1] ?? "?";
    expect(output).toContain("schema: as recorded");
    figures.push({
      what: `recovery from ${place} ${what}`,
      measured: `${seconds.toFixed(0)} s, of which ${restored} until it could be read`,
    });
  };

  process.stderr.write("writing for a minute …\n");
  const left = await timelineOf(project);
  const { before, after } = await writeAndDelete(project, first);
  await archive();
  await recover("to the second before a DELETE", "--to", before.moment);
  expect(await fingerprint(project)).toEqual(before.state);

  await withSession(project, (client) => writeBatch(client, first + batches + 1));
  const named = await fingerprint(project);
  await db("restore-point", point);
  await project.query("update public.sites set name = 'imported'");
  await archive();
  await recover("to a named point", "--to-point", point);
  expect(await fingerprint(project)).toEqual(named);

  process.stderr.write("writing until the server is killed …\n");
  const { archived, killed, times } = await writeUntilKilled(stack);
  await recover("to the latest state", "--latest");
  const kept = await keptTimes(project);
  // Nothing but the end is missing.
  expect(kept).toEqual(times.slice(0, kept.length));
  const last = kept.at(-1);
  const loss = (killed - (last === undefined ? archived : new Date(last).getTime())) / 1000;
  figures.push({
    what: `lost from ${place} with a server that dies 50 s after it has archived`,
    measured: `${loss.toFixed(0)} s`,
    goal: "≤ 60 s",
  });

  await recover("to a moment of another timeline", "--to", after.moment, "--timeline", left);
  expect(await fingerprint(project)).toEqual(after.state);
  const drift = await project.run("drift");
  expect(drift.output).toContain("is as the program declares it");
  await db("backup");
  return figures;
}

async function timelineOf(project: DockerProject): Promise<string> {
  const [row] = await project.query<{ timeline: string }>(
    "select timeline_id::text as timeline from pg_catalog.pg_control_checkpoint()",
  );
  return row?.timeline ?? "";
}

/** A moment, and what was in the database then. */
interface Known {
  moment: string;
  state: Fingerprint;
}

/** Writes for a minute, with a DELETE without WHERE in between. @returns the second before that, and the end */
async function writeAndDelete(
  project: DockerProject,
  first: number,
): Promise<{ before: Known; after: Known }> {
  const others = await fingerprint(project);
  let bills = others["cost_records"] ?? none;
  const known = async (client: Client) => ({
    moment: await quietMoment(client),
    state: { ...others, cost_records: bills },
  });
  return withSession(project, async (client) => {
    let before: Known | undefined;
    const start = performance.now();
    for (let batch = 0; batch < batches; batch++) {
      await sleep(Math.max(0, start + batch * intervalMs - performance.now()));
      bills = plus(bills, await writeBatch(client, first + batch));
      if (batch === lastBefore) {
        await nearlyFillSegment(project);
        before = await known(client);
      }
      if (batch !== deletedAfter) continue;
      await client.query("delete from public.cost_records");
      bills = none;
    }
    const after = await known(client);
    // A moment can be recovered if a commit follows it.
    await writeBatch(client, first + batches);
    if (before === undefined) throw new Error("the batch before the DELETE is not one of them");
    return { before, after };
  });
}

/** The server's clock, milliseconds after one commit and before the next. */
async function quietMoment(client: Client): Promise<string> {
  await sleep(5);
  const { rows } = await client.query<{ at: string }>(
    "select pg_catalog.date_trunc('milliseconds', pg_catalog.clock_timestamp())::text as at",
  );
  await sleep(5);
  return rows[0]?.at ?? "";
}

/** Writes a row four times a second, and kills the server when most is not archived yet. @returns when, since when nothing was archived, and the time of each row */
async function writeUntilKilled({ project, archive }: BackedUpStack) {
  const times: string[] = [];
  await archive();
  const archived = Date.now();
  await withSession(project, async (client) => {
    while (Date.now() < archived + unarchivedMs) {
      const { rows } = await client.query<{ at: string }>(
        `insert into public.users (email, full_name, password_hash) values ($1, 'Late', 'none')
           returning created_at::text as at`,
        [`late${times.length}@example.com`],
      );
      times.push(rows[0]?.at ?? "");
      await sleep(250);
    }
  });
  await project.container("postgresql").kill();
  return { archived, killed: Date.now(), times };
}

async function keptTimes(project: DockerProject): Promise<string[]> {
  const rows = await project.query<{ at: string }>(
    "select created_at::text as at from public.users where full_name = 'Late' order by id",
  );
  return rows.map(({ at }) => at);
}

async function withSession<T>(
  project: DockerProject,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(clientAddress(await project.connection()));
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
