import type { DriftCase } from "../driftCase";
import type { ByHand } from "./byHand";

/** What the docker plugin reports: containers, networks, images and volumes. */
export const containers: readonly DriftCase<ByHand>[] = [
  {
    kind: "container missing",
    what: "the pooler's container is removed",
    break: [{ docker: "rm --force", of: ["-pgbouncer"] }],
    says: /^container \S+-pgbouncer is missing$/,
    up: "repairs",
  },
  {
    kind: "volume missing",
    what: "a volume with configuration is removed",
    break: [
      { docker: "rm --force", of: ["-pgbouncer"] },
      { docker: "volume rm", of: ["-pgbouncer-configuration"] },
    ],
    says: /^volume \S+-pgbouncer-configuration is missing: an empty one is created/,
    up: "repairs",
    note: "It is filled again. For the volume with the data, see below.",
  },
  {
    kind: "image missing",
    what: "an image loses its name",
    break: [{ docker: "rmi --force", of: ["-pgbouncer"] }],
    says: /^image \S+-pgbouncer:\S+ is missing$/,
    up: "repairs",
  },
  {
    kind: "container attribute",
    what: "the server's container no longer restarts with the engine",
    break: [{ docker: "update --restart no", of: ["-postgresql"] }],
    says: /^container \S+-postgresql: found others, expected restart as declared/,
    up: "repairs",
    note: "What Docker can change on a running container is changed in place; anything else recreates it, on the same volume.",
  },
  {
    kind: "container stopped",
    what: "the pooler's container is stopped",
    break: [{ docker: "stop", of: ["-pgbouncer"] }],
    says: /^container \S+-pgbouncer: found stopped, expected running$/,
    up: "repairs",
    round: 2,
  },
  {
    kind: "image outdated",
    what: "what the images are built from has changed",
    break: [{ file: "image/run-postgresql", from: "major=15", to: "# changed\nmajor=15" }],
    says: /^image \S+-postgresql:\S+: found an older build, expected built from image\//,
    up: "repairs",
    note: "The containers are recreated from it.",
    round: 2,
  },
  {
    kind: "network missing",
    what: "the network is removed, after its containers were moved to another one",
    break: [
      { docker: "network connect bridge", of: ["-postgresql"] },
      { docker: "network disconnect", of: ["", "-postgresql"] },
      { docker: "network disconnect", of: ["", "-pgbouncer"] },
      { docker: "network disconnect", of: ["", "-backup"] },
      { docker: "network rm", of: [""] },
    ],
    says: /^network \S+ is missing$/,
    up: "repairs",
    note: "Its containers are recreated.",
    round: 2,
  },
];
