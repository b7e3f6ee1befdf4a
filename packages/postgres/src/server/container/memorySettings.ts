import type { ServerSetting } from "../settings/serverSetting";

/** autovacuum_max_workers as PostgreSQL has it; each may take maintenance_work_mem, as may one session. */
const cleaners = 4;

/** The least that PostgreSQL takes for work_mem, in kB. */
export const leastWorkMemory = 64;

/**
 * The settings that follow from the memory of the container.
 *
 * A quarter is the server's own cache, a quarter at most goes to sorting and hashing in all sessions, a quarter at most
 * to maintenance. What remains is for the sessions themselves and the operating system's cache.
 *
 * https://www.postgresql.org/docs/15/runtime-config-resource.html
 *
 * @param memory the container's limit, in MiB
 * @param maxConnections what they are shared among
 */
export function memorySettings(memory: number, maxConnections: number): ServerSetting[] {
  const buffers = Math.floor(memory / 4);
  const maintenance = clamp(Math.floor(memory / 4 / cleaners), 1, 2048);
  const work = clamp(workMemory(memory, maxConnections), leastWorkMemory, 65_536);
  const wal = clamp(Math.floor(buffers / 32), 1, 16);
  return [
    {
      name: "shared_buffers",
      value: `${buffers}MB`,
      reason: "a quarter of hosterizer-database:memory; the operating system caches as well",
    },
    {
      name: "effective_cache_size",
      value: `${Math.floor((memory * 3) / 4)}MB`,
      reason: "three quarters of hosterizer-database:memory: what both caches may hold",
    },
    {
      name: "maintenance_work_mem",
      value: `${maintenance}MB`,
      reason: `a quarter of hosterizer-database:memory for ${cleaners} at once, 2 GB at most`,
    },
    {
      name: "work_mem",
      value: `${work}kB`,
      reason: "a quarter of hosterizer-database:memory for max_connections at once, 64 MB at most",
    },
    { name: "wal_buffers", value: `${wal}MB`, reason: "a 32nd of shared_buffers, 16 MB at most" },
  ];
}

/** What each session gets, in kB, whether PostgreSQL takes so little or not. */
export function workMemory(memory: number, maxConnections: number): number {
  return Math.floor((memory * 1024) / 4 / maxConnections);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
