/** What the engine denies every container of this project: it writes only to volumes and memory, and has and gains no capability. */
export const confinement = {
  ReadonlyRootfs: true,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges:true"],
};
