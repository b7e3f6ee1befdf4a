import type { Json } from "./json";
import { type PluginClient, startPlugin } from "./pluginClient";

/** A resource as Pulumi keeps it in its state. */
export interface Resource {
  urn: string;
  id: string;
  inputs: Json;
  outputs: Json;
}

/** What a `pulumi` run does with a plugin, without `pulumi`. */
export interface Engine {
  plugin: PluginClient;
  /** Checks and creates. Rejects with what a check found. */
  create: (type: string, inputs: Json, name?: string) => Promise<Resource>;
  /** What the official engine prints when `check` refuses; none if it does not. */
  faults: (type: string, inputs: Json) => Promise<string[]>;
  /** Refreshes, and says which paths a preview with these inputs would show as changed. */
  preview: (resource: Resource, inputs: Json) => Promise<string[]>;
  refresh: (resource: Resource) => Promise<Resource | undefined>;
  update: (resource: Resource, inputs: Json) => Promise<Resource>;
  destroy: (resource: Resource) => Promise<void>;
  close: () => Promise<void>;
}

/** Starts the plugin and configures it for the server at `url`, as `settings` say. */
export async function startEngine(url: string, settings: Json = {}): Promise<Engine> {
  const { hostname, port, username, password } = new URL(url);
  const plugin = await startPlugin();
  const args = { host: hostname, port, username, password, sslmode: "disable", ...settings };
  await plugin.call("configure", { args });

  async function check(urn: string, inputs: Json, olds: Json = {}): Promise<Json> {
    const seed = Buffer.from(urn).toString("base64");
    const answer = await plugin.call("check", { urn, news: inputs, olds, randomSeed: seed });
    const failures = reasons(answer);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return withoutSecrets(answer["inputs"]);
  }

  async function refresh({ urn, id, inputs, outputs }: Resource): Promise<Resource | undefined> {
    const answer = await plugin.call("read", { urn, id, inputs, properties: outputs });
    if (answer["id"] === undefined) return undefined;
    return {
      urn,
      id: text(answer["id"]),
      inputs: withoutSecrets(answer["inputs"]),
      outputs: withoutSecrets(answer["properties"]),
    };
  }

  return {
    plugin,
    refresh,
    create: async (type, inputs, name = "it") => {
      const urn = urnOf(type, name);
      const checked = await check(urn, inputs);
      const answer = await plugin.call("create", { urn, properties: checked });
      const outputs = withoutSecrets(answer["properties"]);
      return { urn, id: text(answer["id"]), inputs: checked, outputs };
    },
    faults: async (type, inputs) =>
      reasons(await plugin.call("check", { urn: urnOf(type, "it"), news: inputs })),
    preview: async (resource, inputs) => {
      const live = await refresh(resource);
      if (live === undefined) return ["(gone)"];
      const news = await check(resource.urn, inputs, live.inputs);
      const { urn, id, outputs } = live;
      const answer = await plugin.call("diff", { urn, id, olds: outputs, news });
      return Object.keys(answer["detailedDiff"] ?? {}).sort();
    },
    update: async (resource, inputs) => {
      const live = (await refresh(resource)) ?? resource;
      const news = await check(resource.urn, inputs, live.inputs);
      const { urn, id, outputs } = live;
      const answer = await plugin.call("update", { urn, id, olds: outputs, news });
      return { urn, id, inputs: news, outputs: withoutSecrets(answer["properties"]) };
    },
    destroy: async ({ urn, id, outputs }) => {
      await plugin.call("delete", { urn, id, properties: outputs });
    },
    close: plugin.close,
  };
}

function urnOf(type: string, name: string): string {
  const module = type.charAt(0).toLowerCase() + type.slice(1);
  return `urn:pulumi:test::plugins::postgresql:index/${module}:${type}::${name}`;
}

function reasons(answer: Json): string[] {
  const failures = (answer["failures"] ?? []) as { reason: string }[];
  return failures.map(({ reason }) => reason);
}

function text(value: Json[string] | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The engine tracks which values are secret, and sends them in plain text. */
function withoutSecrets(properties: Json[string] | undefined): Json {
  const entries = Object.entries((properties ?? {}) as Json).map(([name, value]) => {
    const isSecret = value !== null && typeof value === "object" && "value" in value;
    return [name, isSecret ? (value["value"] ?? null) : value];
  });
  return Object.fromEntries(entries) as Json;
}
