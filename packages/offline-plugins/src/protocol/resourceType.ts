import type { EngineLog } from "./engineLog";
import type { PropertyMap } from "./propertyValue";
import { completeState, type Observed, type ResourceSchema, type State } from "./resourceSchema";

/** A property and what is wrong with it. The property is empty where the resource as a whole is at fault. */
export interface Fault {
  property: string;
  reason: string;
}

/** A property's value in quotes, for messages. */
export type Show = (property: string) => string;

/** A live object: the id that Pulumi keeps, and every property of the schema. */
export interface LiveObject<S extends ResourceSchema = ResourceSchema> {
  id: string;
  state: Observed<S>;
}

/** How one type of resource is served. `Session` is the way to the server. */
interface ResourceDefinition<Session, S extends ResourceSchema> {
  /** Such as `postgresql:index/role:Role`. */
  token: string;
  schema: S;
  /** The bridge's note on the type itself, if the official plugin has one: `__meta` in the state. */
  meta?: string;
  /** Delete the old object before the new one is created, when a change replaces it. */
  deleteBeforeReplace?: true;
  /** The object in words, for error messages: `role "app"`. No secrets. */
  describe: (show: Show) => string;
  /** What is wrong with inputs whose single values are all right. Values may be unknown still. */
  faults?: (inputs: PropertyMap) => Fault[];
  create: (session: Session, planned: State<S>) => Promise<LiveObject<S>>;
  /** @param prior the last known state, or nulls when only the id is known. @returns undefined if it is gone. */
  read: (session: Session, id: string, prior: Observed<S>) => Promise<LiveObject<S> | undefined>;
  update: (
    session: Session,
    old: State<S>,
    planned: State<S>,
    id: string,
  ) => Promise<LiveObject<S>>;
  delete: (session: Session, old: State<S>, id: string) => Promise<void>;
}

/** A resource definition whose schema's type is forgotten, so that all can be kept in one list. */
export interface ResourceType<Session> {
  token: string;
  schema: ResourceSchema;
  meta: string | undefined;
  deleteBeforeReplace: boolean;
  describe: (show: Show) => string;
  faults: (inputs: PropertyMap) => Fault[];
  create: (session: Session, planned: PropertyMap) => Promise<LiveObject>;
  read: (session: Session, id: string, prior: PropertyMap) => Promise<LiveObject | undefined>;
  update: (
    session: Session,
    old: PropertyMap,
    planned: PropertyMap,
    id: string,
  ) => Promise<LiveObject>;
  delete: (session: Session, old: PropertyMap, id: string) => Promise<void>;
}

/** Makes a definition usable by the protocol, which knows properties by their names only. */
export function resourceType<Session, S extends ResourceSchema>(
  definition: ResourceDefinition<Session, S>,
): ResourceType<Session> {
  const { schema } = definition;
  const complete = (properties: PropertyMap) => completeState(schema, properties);
  return {
    token: definition.token,
    schema,
    meta: definition.meta,
    deleteBeforeReplace: definition.deleteBeforeReplace === true,
    describe: definition.describe,
    faults: definition.faults ?? (() => []),
    create: (session, planned) => definition.create(session, complete(planned)),
    read: (session, id, prior) => definition.read(session, id, priorState(schema, prior)),
    update: (session, old, planned, id) =>
      definition.update(session, complete(old), complete(planned), id),
    delete: (session, old, id) => definition.delete(session, complete(old), id),
  };
}

/** No defaults here: a property of an imported object that cannot be read stays null, as the official plugin leaves it. */
function priorState<S extends ResourceSchema>(schema: S, properties: PropertyMap) {
  const entries = Object.keys(schema).map((name) => [name, properties[name] ?? null]);
  return Object.fromEntries(entries) as Observed<S>;
}

/** A whole plugin: what it serves, and how it gets at the server. */
export interface ProviderDefinition<Session extends ProviderSession> {
  /** Name and version of the official plugin that this one stands in for. */
  name: string;
  version: string;
  /** Configuration properties that are always secret. */
  secretConfiguration: ReadonlySet<string>;
  /** Checks the provider's own inputs, each a string, and fills in defaults. Values may be unknown. */
  checkConfiguration: (news: PropertyMap) => { inputs: PropertyMap; faults: Fault[] };
  configure: (configuration: PropertyMap, log: Pick<EngineLog, "warn" | "status">) => Session;
  resources: readonly ResourceType<Session>[];
  /** What a failure means, in words; the operation that failed is put before it. */
  explain: (error: unknown) => string;
}

/** What a configured provider holds open. */
export interface ProviderSession {
  /** Starts nothing new from now on. */
  cancel: () => void;
  close: () => Promise<void>;
}
