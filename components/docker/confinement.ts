/** Bytes of a log file, and how many of them Docker keeps of a container. */
const logOpts = { "max-size": "10m", "max-file": "3" };

/**
 * What every container of this project is denied, and how it is run: no way to write but its volumes and memory, no
 * capability, no way to gain one. It comes back with the engine, unless somebody has stopped it.
 */
export const confinement = {
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  restart: "unless-stopped",
  mustRun: true,
  wait: true,
  logDriver: "json-file",
  logOpts,
};

/** A file system in memory for what a program keeps while it runs; `kilobytes` limits it. */
export function runTimeFiles(kilobytes: number): string {
  return `rw,noexec,nosuid,nodev,mode=1777,size=${kilobytes}k`;
}
