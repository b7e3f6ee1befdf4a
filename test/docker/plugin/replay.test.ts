import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { provider } from "@hosterizer/offline-plugins/docker/provider";
import { servePlugin } from "@hosterizer/offline-plugins/protocol/servePlugin";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import {
  type PluginClient,
  startPlugin,
} from "../../../packages/offline-plugins/test/integration/pluginClient";
import { readRecording } from "../../../packages/offline-plugins/test/integration/recording";
import { engine } from "../engine";
import { EngineChoices } from "./engineChoices";
import { removeAll } from "./removeAll";
import { buildStandIn } from "./standInImage";
import { runPrefix } from "../../run/runPrefix";

const prefix = `${runPrefix()}replay-${randomBytes(4).toString("hex")}`;
const choices = new EngineChoices();
let plugin: PluginClient;
let replace: Record<string, string>;

beforeAll(async () => {
  replace = {
    proto3: prefix,
    '"pgtest"': `"${prefix}-pgtest"`,
    "5597": String(await freePort()),
    '"context":"image"': `"context":${JSON.stringify(join(__dirname, "context"))}`,
  };
  await buildStandIn(`${prefix}-pgtest`);
  plugin = await startPlugin(() => servePlugin(provider));
});

afterAll(async () => {
  await plugin.close();
  await removeAll(prefix);
});

/** What was changed on the engine by hand before a recording. */
const byHand: Record<string, () => Promise<unknown>> = {
  "docker.4-drift-preview": () => engine.getContainer(`${prefix}-side`).stop({ t: 1 }),
};

describe("answers as the official plugin did", () => {
  test.each([
    "docker.1-create",
    "docker.2-after-table",
    "docker.3-noop-preview",
    "docker.4-drift-preview",
    "docker.5-repair",
    "docker.6-update",
    "docker.7-destroy",
  ])("in %s", async (name) => {
    await byHand[name]?.();
    const exchanges = readRecording(name, replace);
    expect(exchanges.length).toBeGreaterThan(10);
    for (const { method, request, response, errors } of exchanges) {
      const called = `${method} ${JSON.stringify(request["urn"])}`;
      const call = plugin.call(method, choices.rewrite(request));
      if (errors !== undefined) {
        await expect(call, called).rejects.toThrow("is using its referenced image");
        continue;
      }
      const answer = await call;
      if (method === "create") choices.learn(response, answer);
      const expected = choices.rewrite(response);
      // The bridge's marker of a planned state, which the engine discards.
      const remarked = request["preview"] === true ? [answer, expected] : [];
      for (const { properties } of remarked) delete (properties as Json)["__meta"];
      expect(answer, called).toEqual(expected);
    }
  });

  test("leaves the engine unchanged", async () => {
    const containers = await engine.listContainers({ all: true, filters: { name: [prefix] } });
    const networks = await engine.listNetworks({ filters: { name: [prefix] } });
    const { Volumes } = await engine.listVolumes({ filters: { name: [prefix] } });
    expect([...containers, ...networks, ...Volumes]).toEqual([]);
  });
});
