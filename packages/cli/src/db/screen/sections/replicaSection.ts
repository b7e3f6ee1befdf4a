import type { ReplicaFacts } from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanBytes } from "../humanBytes";
import { humanDuration } from "../humanDuration";
import { nothing, type Section } from "./section";

/** Who copies the server, and how far behind they are. */
export function replicaSection(replicas: readonly ReplicaFacts[]): Section {
  return {
    title: "Replicas",
    longest: 8,
    columns: [
      { title: "Name" },
      { title: "Address" },
      { title: "State" },
      { title: "Sync" },
      { title: "Behind", align: "right" },
      { title: "Delay", align: "right" },
    ],
    rows: replicas.map((one) => [
      one.name,
      one.address ?? nothing,
      one.state ?? nothing,
      one.syncState ?? nothing,
      one.lagBytes === null ? nothing : humanBytes(one.lagBytes),
      one.lagSeconds === null ? nothing : humanDuration(one.lagSeconds),
    ]),
  };
}
