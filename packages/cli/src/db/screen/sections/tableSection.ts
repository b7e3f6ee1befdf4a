import {
  isUnavailable,
  type TableFacts,
  type Unavailable,
} from "@hosterizer/postgres/monitoring/databaseStatus";
import { humanBytes } from "../humanBytes";
import { humanCount } from "../humanCount";
import { qualified } from "./qualified";
import type { Section } from "./section";

/** Where the space is. */
export function tableSection(tables: readonly TableFacts[] | Unavailable): Section {
  return {
    title: "Tables",
    longest: 10,
    columns: [
      { title: "Table" },
      { title: "Rows, about", align: "right" },
      { title: "Dead rows", align: "right" },
      { title: "Data", align: "right" },
      { title: "Indexes", align: "right" },
      { title: "Total", align: "right" },
    ],
    rows: isUnavailable(tables)
      ? tables
      : tables.map((one) => [
          qualified(one.schema, one.table),
          humanCount(one.estimatedRows),
          humanCount(one.deadRows),
          humanBytes(one.tableBytes),
          humanBytes(one.indexBytes),
          humanBytes(one.totalBytes),
        ]),
  };
}
