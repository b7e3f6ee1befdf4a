import { readFileSync, writeFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { volumeFileKinds } from "../../../components/dynamic/containerFilesProvider";
import { restartKind } from "../../../components/dynamic/containerRestartProvider";
import { accessKinds, settingKinds } from "@hosterizer/postgres/audit/audit";
import { poolerKinds } from "@hosterizer/postgres/pooler/userLookup";
import { rowLevelSecurityKinds } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { migrationKinds } from "@hosterizer/postgres/schema/schemaDrift";
import { schemaKinds } from "@hosterizer/postgres/schema/schemaRules";
import { pluginKinds } from "@hosterizer/cli/drift/postgresqlDifferences";
import { serverDriftKinds } from "@hosterizer/postgres/server/embedded/server";
import { certificateKinds } from "@hosterizer/postgres/tls/certificates";
import { serverSettingsKinds } from "@hosterizer/postgres/server/container/serverSettings";
import { dockerKinds } from "@hosterizer/cli/drift/dockerDifferences";
import { catalogue as databaseCatalogue } from "../../drift/catalogue/index";
import { dockerCatalogue } from "../../drift/dockerCatalogue/index";
import type { ByHand } from "../../drift/dockerCatalogue/byHand";
import type { DriftCase } from "../../drift/driftCase";
import { renderDriftPage } from "../../drift/renderDriftPage";

const page = "docs/drift.md";

const catalogue = { ...databaseCatalogue, ...dockerCatalogue };
const cases = Object.values<readonly DriftCase<ByHand>[]>(catalogue).flat();
const catalogued = new Set(cases.map(({ kind }) => kind));

test(`${page} is generated from the catalogue that is tested on a real server`, async () => {
  const text = readFileSync(page, "utf8");
  const wanted = await renderDriftPage(text, catalogue);
  if (process.env["UPDATE_DOCS"] !== undefined) writeFileSync(page, wanted);

  // To regenerate it: UPDATE_DOCS=1 npm test -- --project unit test/unit/documents/drift.test.ts
  expect(readFileSync(page, "utf8")).toBe(wanted);
});

test.each(Object.keys(catalogue))(`${page} has the area %s once`, (area) => {
  const marks = readFileSync(page, "utf8").split(`<!-- catalogue: ${area} -->`);

  expect(marks).toHaveLength(2);
});

test("there are at least 45 kinds of drift", () => {
  expect(catalogued.size).toBeGreaterThanOrEqual(45);
});

test("no two cases describe the same change", () => {
  const broken = cases.map((one) => JSON.stringify(one.break));

  expect(broken).toEqual([...new Set(broken)]);
});

interface Kinds {
  area: keyof typeof catalogue;
  /** The kinds in the code that finds these differences. */
  kinds: readonly string[];
  /** Kinds of other areas that it finds too. */
  besides?: readonly string[];
}

const found: readonly Kinds[] = [
  { area: "rowLevelSecurity", kinds: rowLevelSecurityKinds },
  { area: "access", kinds: accessKinds },
  { area: "pooler", kinds: poolerKinds },
  { area: "settings", kinds: settingKinds },
  { area: "migrations", kinds: migrationKinds },
  { area: "plugin", kinds: pluginKinds, besides: accessKinds },
  { area: "server", kinds: serverDriftKinds },
  { area: "containerFiles", kinds: [...volumeFileKinds, restartKind] },
  { area: "containerSettings", kinds: serverSettingsKinds },
  { area: "certificates", kinds: certificateKinds },
];

describe.each(found)("the kinds of $area", ({ area, kinds, besides = [] }) => {
  const its = catalogue[area].map(({ kind }) => kind);

  test.each(kinds)("%s has an example in the catalogue", (kind) => {
    expect(its).toContain(kind);
  });

  test.each(its)("%s is a kind that the code finds", (kind) => {
    expect([...kinds, ...besides]).toContain(kind);
  });
});

describe("the kinds of the schema", () => {
  test.each(schemaKinds)("%s is on the page", (kind) => {
    expect(readFileSync(page, "utf8")).toMatch(
      new RegExp(`(^\\| |, |^)${kind}( +\\||,|\\.$|\n)`, "m"),
    );
  });

  test.each(catalogue.schema.map(({ kind }) => kind))(
    "%s is a kind that the code finds",
    (kind) => {
      expect(schemaKinds).toContain(kind);
    },
  );
});

test("only kinds of the docker plugin that need a changed program have no example", () => {
  const its: readonly string[] = dockerCatalogue.containers.map(({ kind }) => kind);

  expect(dockerKinds.filter((kind) => !its.includes(kind))).toEqual([
    "network attribute",
    "volume attribute",
  ]);
  expect(its.filter((kind) => !(dockerKinds as readonly string[]).includes(kind))).toEqual([]);
});

test.each(cases.filter(({ up }) => up !== "repairs"))(
  "a case that up does not repair has its own undo: $what",
  ({ break: broken, undo }) => {
    expect(typeof broken === "string" ? undo : "the files are put back").toBeTruthy();
  },
);
