import type { Json } from "../../../packages/offline-plugins/test/integration/json";
import type { PluginClient } from "../../../packages/offline-plugins/test/integration/pluginClient";

/** The answer to a diff, in the JSON of the recordings. */
export interface Difference {
  changes?: string;
  replaces?: string[];
  deleteBeforeReplace?: boolean;
  detailedDiff?: Record<string, { kind?: string }>;
}

/** One resource of a program, with the state that Pulumi's engine keeps between two runs. */
export class Deployed {
  id = "";
  private inputs: Json = {};
  private state: Json = {};

  constructor(
    private readonly plugin: PluginClient,
    private readonly urn: string,
  ) {}

  /** @throws with the faults that `check` finds */
  async check(program: Json): Promise<Json> {
    const { urn } = this;
    const answer = await this.plugin.call("check", { urn, olds: this.inputs, news: program });
    if (answer["failures"] !== undefined) throw new Error(JSON.stringify(answer["failures"]));
    return answer["inputs"] as Json;
  }

  async create(program: Json): Promise<Json> {
    const properties = await this.check(program);
    const answer = await this.plugin.call("create", { urn: this.urn, properties });
    this.id = answer["id"] as string;
    this.inputs = properties;
    this.state = answer["properties"] as Json;
    return this.state;
  }

  /** What `up --refresh` finds. @returns undefined if it is gone */
  async refresh(): Promise<Json | undefined> {
    const { urn, id, state, inputs } = this;
    const answer = await this.plugin.call("read", { urn, id, properties: state, inputs });
    if (answer["id"] === undefined) return undefined;
    this.inputs = answer["inputs"] as Json;
    this.state = answer["properties"] as Json;
    return this.state;
  }

  async diff(program: Json): Promise<Difference> {
    const { urn, id, state, inputs } = this;
    const news = await this.check(program);
    const request = { urn, id, olds: state, news, oldInputs: inputs };
    return this.plugin.call("diff", request);
  }

  async update(program: Json): Promise<Json> {
    const { urn, id, state, inputs } = this;
    const news = await this.check(program);
    const request = { urn, id, olds: state, news, oldInputs: inputs };
    const answer = await this.plugin.call("update", request);
    this.inputs = news;
    this.state = answer["properties"] as Json;
    return this.state;
  }

  async delete(): Promise<void> {
    const { urn, id, state, inputs } = this;
    await this.plugin.call("delete", { urn, id, properties: state, oldInputs: inputs });
  }
}
