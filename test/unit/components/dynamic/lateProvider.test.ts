// Providers are loaded as Pulumi loads them, and not by vitest.
import "tsx/cjs";

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { dynamic } from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { comparedInputs } from "../../../../components/dynamic/lateProvider";

type Inputs = Record<string, unknown>;

interface Module {
  lateProvider: (type: string) => Required<dynamic.ResourceProvider>;
}

let folder: string;
let declared: { file: string; certificate: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "late-"));
  declared = { file: join(folder, "ca.pem"), certificate: "a certificate\n" };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** The provider of a certificate's file in a new process. */
async function provider(): Promise<Required<dynamic.ResourceProvider>> {
  vi.resetModules();
  const { lateProvider } = await vi.importActual<Module>(
    "../../../../components/dynamic/lateProvider",
  );
  return lateProvider("certificateFile");
}

/** The finding of a check while the file is missing. */
async function checked(its: dynamic.ResourceProvider, showsFindings: boolean, olds: Inputs) {
  const news = { ...declared, __showsFindings: showsFindings };
  const { inputs } = (await its.check?.(olds, news)) as { inputs: Inputs };
  return inputs;
}

const missing = [expect.stringMatching(/ca\.pem is missing/)];

test("a preview shows findings, and an update hides them, because they stay in the state", async () => {
  const its = await provider();

  expect(await checked(its, true, declared)).toEqual({ ...declared, drift: missing });
  expect(await checked(its, false, declared)).toEqual({ ...declared, __drift: missing });
});

test.each([true, false])("a finding is a change, shown or not: %s", async (showsFindings) => {
  const its = await provider();
  const news = await checked(its, showsFindings, declared);

  expect(await its.diff("id", declared, news)).toMatchObject({ changes: true });
});

test("a finding of an earlier process is not a change, for example in a refresh", async () => {
  for (const showsFindings of [true, false]) {
    const state = await checked(await provider(), showsFindings, declared);
    const its = await provider();

    expect(await its.diff("id", declared, state)).toMatchObject({ changes: false });
  }
});

test("the state of a created resource has no findings", async () => {
  const its = await provider();
  const news = await checked(its, false, declared);

  expect((await its.create(news)).outs).toEqual(declared);
  expect((await its.update("id", declared, news)).outs).toEqual(declared);
});

test("long declared values are hidden, and known to the provider by their own names", async () => {
  const its = await provider();
  const news = { ...declared, __tenancy: { tables: [] } };

  expect((await its.create(news)).outs).toEqual(news);
  expect((await its.update("id", { ...declared, tenancy: {} }, news)).outs).toEqual(news);
  expect(await its.check(news, news)).toEqual({ inputs: news });
});

test("without findings there is no such input, whatever the state contains", async () => {
  const its = await provider();
  await its.create(declared);
  const olds = { ...declared, drift: ["an earlier one"], __pending: ["000001_a"] };

  expect(await checked(its, true, olds)).toEqual(declared);
  expect(await checked(its, false, olds)).toEqual(declared);
});

test("applied inputs are compared without earlier findings", async () => {
  vi.stubEnv("HOSTERIZER_DRIFT_AGAINST", "applied");
  const its = await provider();
  await its.create(declared);

  expect(await checked(its, true, { ...declared, __drift: ["an earlier one"] })).toEqual(declared);
  vi.unstubAllEnvs();
});

const present = { grants: ["new"], directory: "migrations", target: undefined, version: 10 };
const previous = { grants: ["old"], version: 9, drift: [] };

test("declared inputs count, unless the applied ones are requested", () => {
  expect(comparedInputs(previous, present)).toBe(present);
  vi.stubEnv("HOSTERIZER_DRIFT_AGAINST", "applied");
  expect(comparedInputs({}, present)).toBe(present);
});

test("applied inputs count if requested, with the schema at its version", () => {
  vi.stubEnv("HOSTERIZER_DRIFT_AGAINST", "applied");
  expect(comparedInputs(previous, present)).toEqual({
    grants: ["old"],
    directory: "migrations",
    version: 9,
    target: 9,
    drift: [],
  });
  expect(comparedInputs<object>({ grants: ["old"] }, { grants: ["new"] })).toEqual({
    grants: ["old"],
  });
});

test("an error names what is in the database as it can be shown", async () => {
  const its = await provider();
  const file = join(folder, "\u001b[2J", "ca.pem");
  await writeFile(join(folder, "\u001b[2J"), "not a folder");

  await expect(its.create({ ...declared, file })).rejects.toThrow(/\\u001b\[2J/);
});
