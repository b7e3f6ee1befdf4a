import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import type { Json } from "../../../packages/offline-plugins/test/integration/json";

const hexadecimal = /^[0-9a-f]{64}$/;
const address = /^\d+\.\d+\.\d+\.\d+$/;

/** The values that an engine chooses itself, by property, with the form of each. */
const chosen: Record<string, RegExp> = {
  id: hexadecimal,
  imageId: /^sha256:[0-9a-f]{64}$/,
  hostname: /^[0-9a-f]{12}$/,
  ipAddress: address,
  gateway: address,
  subnet: /^\d+\.\d+\.\d+\.\d+\/\d+$/,
  macAddress: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
  mountpoint: /^\/.*\/_data$/,
};

/** The ids and addresses for which the recorded engine chose other values than this one. */
export class EngineChoices {
  private readonly ours = new Map<string, string>();
  /** For addresses: how many bits belong to the network. */
  private readonly prefixLengths = new Map<number, number>();

  /** Records what this engine chose for an object where the recorded one chose something else. */
  learn(recorded: JavaScriptValue, answered: JavaScriptValue, property = ""): void {
    if (typeof recorded === "string" && typeof answered === "string") {
      const form = chosen[property];
      if (form?.test(recorded) === true && form.test(answered)) this.ours.set(recorded, answered);
    } else if (typeof recorded === "number" && typeof answered === "number") {
      if (property === "ipPrefixLength" && recorded > 0 && answered > 0)
        this.prefixLengths.set(recorded, answered);
    } else if (isObject(recorded) && isObject(answered)) {
      for (const [name, value] of Object.entries(recorded)) {
        const inner = Array.isArray(recorded) ? property : name;
        this.learn(value, answered[name] ?? null, inner);
      }
    }
  }

  /** A recorded message with this engine's values. */
  rewrite(recorded: Json): Json {
    return JSON.parse(JSON.stringify(recorded), (property, value: unknown) => {
      if (typeof value === "string") return this.rewriteText(value);
      return property === "ipPrefixLength" && typeof value === "number"
        ? (this.prefixLengths.get(value) ?? value)
        : value;
    }) as Json;
  }

  private rewriteText(text: string): string {
    // The id of a RemoteImage consists of the image's id and its name.
    const [, image, name = ""] = /^(sha256:[0-9a-f]{64})(.*)$/s.exec(text) ?? [];
    if (image !== undefined) return `${this.ours.get(image) ?? image}${name}`;
    return this.ours.get(text) ?? text;
  }
}

function isObject(value: JavaScriptValue): value is Json {
  return typeof value === "object" && value !== null;
}
