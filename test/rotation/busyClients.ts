import { setTimeout as sleep } from "node:timers/promises";

import { createPool, type DatabasePool, type PoolSettings } from "hosterizer-database-client";
import { withTenantContext } from "../../packages/client/src/withTenantContext";

/** Clients that do one transaction after the other. */
export interface BusyClients {
  /** The failures so far, as the client saw them. */
  failures: string[];
  /** How many transactions were committed so far. */
  committed: () => number;
  /** The logins used, with their numbers of transactions. */
  logins: Map<string, number>;
  /** Lets each finish its transaction, and closes all connections. */
  stop: () => Promise<void>;
}

const applications = 10;
const clientsOfEach = 5;

/** Lifetime of a connection in milliseconds: a hundred-and-fiftieth of the documented one; the grace period is a thirtieth. */
const lifetime = 2000;

/**
 * Starts 50 clients in ten applications, each with a pool.
 *
 * @param settings how they connect; the pool's sizes and times are set here
 */
export function startBusyClients(settings: PoolSettings): BusyClients {
  const failures: string[] = [];
  const logins = new Map<string, number>();
  let committed = 0;
  let running = true;
  const pools = Array.from({ length: applications }, () =>
    createPool({ ...settings, maxOpenConnections: clientsOfEach, maxLifetime: lifetime }),
  );

  const work = async (pool: DatabasePool) => {
    while (running) {
      try {
        const login = await withTenantContext(pool, context, async (client) => {
          await client.query("update public.sites set domain = domain where customer_id = 1");
          const { rows } = await client.query<{ login: string }>("select session_user as login");
          return rows[0]?.login ?? "";
        });
        committed++;
        logins.set(login, (logins.get(login) ?? 0) + 1);
      } catch (error) {
        failures.push(String(error));
      }
      // Together some 80 transactions a second, which leave the machine time for the rotation.
      await sleep(300 + Math.random() * 600);
    }
  };
  const clients = pools.flatMap((pool) => Array.from({ length: clientsOfEach }, () => work(pool)));
  return {
    failures,
    logins,
    committed: () => committed,
    stop: async () => {
      if (!running) return;
      running = false;
      await Promise.all(clients);
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

const context = { userRole: "customer", customerId: 1 } as const;
