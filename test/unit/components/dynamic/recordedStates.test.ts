// Providers are loaded as Pulumi loads them, and not by vitest.
import "../../../../packages/cli/preload.cjs";

import { readdirSync } from "node:fs";

import type { dynamic } from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import recorded from "./recordedStates.json";

type Properties = Record<string, unknown>;

/** A resource of a state, as an update of 2026-11-29 left it. */
interface Resource {
  type: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

const resources = recorded as Resource[];

// Pulumi's placeholder for a value that the update creates.
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Inputs that no `diff` compares, and without which `check` asks no server. */
const server: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "AccessAudit",
      "DeployerSettings",
      "Lockdown",
      "MigratorLogin",
      "PoolerLookup",
      "RecordedSchema",
      "ServerSettings",
      "SigningKeys",
      "TablePrivileges",
      "TenantPolicies",
    ].map((type) => [type, "connection"]),
  ),
  EmbeddedServer: "password",
};
/** `check` of these always asks a server or reads the migrations. */
const asking = ["ContainerFiles", "Migrations"];

// The recorded certificates are not about to expire.
beforeEach(() => vi.useFakeTimers({ now: new Date("2026-12-01"), toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

async function providerOf({ type }: Resource): Promise<Required<dynamic.ResourceProvider>> {
  vi.resetModules();
  const { lateProvider } = await vi.importActual<{
    lateProvider: (type: string) => Required<dynamic.ResourceProvider>;
  }>("../../../../components/dynamic/lateProvider");
  return lateProvider(`${type.charAt(0).toLowerCase()}${type.slice(1)}`);
}

const each = resources.map((resource) => [resource.type, resource] as const);

test("every type of resource is recorded", () => {
  const types = readdirSync("components/dynamic")
    .flatMap((file) => /^(?!late)(\w+)Provider\.ts$/.exec(file)?.[1] ?? [])
    .map((type) => `${type.charAt(0).toUpperCase()}${type.slice(1)}`);
  expect(resources.map(({ type }) => type).sort()).toEqual(types.sort());
});

test.each(each)("a refresh finds no change of a %s", async (_type, resource) => {
  const { id, inputs, outputs } = resource;
  const provider = await providerOf(resource);

  expect(await provider.diff(id, outputs, inputs)).toEqual({ changes: false });
});

test.each(each.filter(([type]) => !asking.includes(type)))(
  "the same declaration changes neither inputs nor state of a %s",
  async (type, resource) => {
    const { id, inputs, outputs } = resource;
    const provider = await providerOf(resource);
    const hidden = server[type];
    const declared =
      hidden === undefined ? inputs : { ...inputs, [hidden]: others(inputs[hidden]) };

    const checked = await provider.check(inputs, { ...declared, __showsFindings: true });
    expect(checked).toMatchObject({ inputs: declared });
    const news = checked.inputs as Properties;
    expect(Object.keys(news).sort()).toEqual(Object.keys(declared).sort());
    expect(checked.failures ?? []).toEqual([]);
    expect(await provider.diff(id, outputs, news)).toEqual({ changes: false });
  },
);

/** A connection whose password is unknown, or an unknown password. */
function others(value: unknown): unknown {
  return typeof value === "object" ? { ...value, password: unknown } : unknown;
}
