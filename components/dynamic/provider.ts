import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

/** What `check` finds and adds to the inputs: lines for people, and no part of what is declared. */
export interface Findings {
  /** How the live object differs from the declared one, a line each. */
  drift?: string[];
  /** What the update is going to run, a line each. */
  pending?: string[];
}

/**
 * What sets one type of resource apart from the others.
 *
 * @typeParam Declared the inputs that the program declares
 * @typeParam Inputs those, and the ones that `check` adds
 * @typeParam Outputs what the state holds
 */
interface ResourceType<Declared extends object, Inputs extends object, Outputs> {
  /** The resource's ID in the state. */
  id: (inputs: Inputs) => string;
  /** The inputs whose change takes an update. */
  compared: (properties: Inputs | Outputs) => unknown;
  /** The input that identifies the object: a resource with another value is a replacement. Default: none. */
  replacedBy?: string & keyof Inputs & keyof Outputs;
  /** Whether the outputs can be used. If not, an update makes others. Default: they can. */
  isIntact?: (outputs: Outputs) => boolean;
  /** Rejects what cannot work, and adds what it finds. See `checkDrift`. */
  check: Provider<Declared, Inputs, Outputs>["check"];
  /**
   * Creates the object, or changes it to what is declared.
   *
   * @param before outputs of the last update; undefined for a new object
   * @returns the new outputs
   */
  apply: (inputs: Inputs, before?: Outputs) => Promise<Outputs>;
  /** Deletes the object. Default: it stays as it is. */
  remove?: (outputs: Outputs) => Promise<void>;
}

/** The methods that Pulumi calls. Unlike `pulumi.dynamic.ResourceProvider` it has all of them, with types. */
interface Provider<Declared extends object, Inputs extends object, Outputs> {
  /** @param olds the inputs in the state; empty for a new resource */
  check: (olds: Partial<Inputs>, news: Declared) => Promise<dynamic.CheckResult<Inputs & Findings>>;
  diff: (id: string, olds: Outputs, news: Inputs & Findings) => Promise<dynamic.DiffResult>;
  create: (inputs: Inputs) => Promise<Required<dynamic.CreateResult<Outputs>>>;
  update: (
    id: string,
    olds: Outputs,
    news: Inputs,
  ) => Promise<Required<dynamic.UpdateResult<Outputs>>>;
  delete: (id: string, outputs: Outputs) => Promise<void>;
}

/**
 * What a check returns that refuses inputs. Pulumi would put the name and the value of a property before the reason, so none is named, and
 * the reason begins a line of its own.
 */
export function refuse(reasons: readonly string[]): { failures: dynamic.CheckFailure[] } {
  return { failures: reasons.map((reason) => ({ property: "", reason: `\n${reason}` })) };
}

/** Makes the provider of a type of resource. */
export function makeProvider<
  Declared extends object,
  Inputs extends object = Declared,
  Outputs = Inputs,
>(type: ResourceType<Declared, Inputs, Outputs>): Provider<Declared, Inputs, Outputs> {
  const { id, compared, replacedBy, isIntact = () => true, check, apply } = type;
  const remove = type.remove ?? (() => Promise.resolve());
  return {
    check,
    diff: (_id, olds, news) => {
      // Old findings are not a change: the last update dealt with them.
      const isFound = [news.drift, news.pending].some((lines) => lines?.length);
      const differs = !isDeepStrictEqual(compared(olds), compared(news));
      const isReplaced =
        replacedBy !== undefined && !isDeepStrictEqual(olds[replacedBy], news[replacedBy]);
      return Promise.resolve({
        changes: isFound || differs || !isIntact(olds),
        ...(isReplaced ? { replaces: [replacedBy] } : {}),
      });
    },
    create: async (inputs) => {
      const outs = await apply(inputs);
      return { id: id(inputs), outs };
    },
    update: async (_id, olds, news) => ({ outs: await apply(news, olds) }),
    delete: (_id, outputs) => remove(outputs),
  };
}
