import type { EngineLog } from "./engineLog";
import type { PropertyMap } from "./propertyValue";
import { completeState, type Observed, type ResourceSchema, type State } from "./resourceSchema";

/** A property and what is wrong with it. The property is empty if the fault is in the resource as a whole. */
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

/** How one type of resource is served. `Session` is the connection to the server. */
interface ResourceDefinition<Session, S extends ResourceSchema> {
  /** Such as `postgresql:index/role:Role`. */
  token: string;
  schema: S;
  /** The bridge's note on the type itself, if the official plugin has one: `__meta` in the state. */
  meta?: string;
  /** A replacement deletes the old object before it creates the new one. */
  deleteBeforeReplace?: true;
  /** Describes the object for error messages, without secrets: `role "app"`. */
  describe: (show: Show) => string;
  /** Checks inputs whose single values are valid. Values may be unknown. */
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

/** A resource definition without its schema's type, so that one list can hold all definitions. */
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

/** Adapts a definition to the protocol, which knows properties only by name. */
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

/** Fills in no defaults: as in the official plugin, a property of an imported object that cannot be read stays null. */
function priorState<S extends ResourceSchema>(schema: S, properties: PropertyMap) {
  const entries = Object.keys(schema).map((name) => [name, properties[name] ?? null]);
  return Object.fromEntries(entries) as Observed<S>;
}

/** A whole plugin: what it serves, and how it connects to the server. */
export interface ProviderDefinition<Session extends ProviderSession> {
  /** Name of the official plugin that this one replaces. */
  name: string;
  /** Version of the official plugin. */
  version: string;
  /** Configuration properties that are always secret. */
  secretConfiguration: ReadonlySet<string>;
  /** Checks the provider's own inputs, which are strings, and fills in defaults. Values may be unknown. */
  checkConfiguration: (news: PropertyMap) => { inputs: PropertyMap; faults: Fault[] };
  configure: (configuration: PropertyMap, log: Pick<EngineLog, "warn" | "status">) => Session;
  resources: readonly ResourceType<Session>[];
  /** Describes a failure. The name of the failed operation is put before the text. */
  explain: (error: unknown) => string;
}

/** The connections of a configured provider. */
export interface ProviderSession {
  /** Makes all later operations fail. */
  cancel: () => void;
  close: () => Promise<void>;
}
