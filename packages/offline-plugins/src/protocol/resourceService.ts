import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

import { checkInputs, importedInputs, refreshedInputs } from "./checkInputs";
import { diffResponse } from "./diff";
import { outputs, refreshedState, settledState } from "./outputs";
import { planState } from "./planState";
import { isMap, type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import { secretNames } from "./resourceSchema";
import type { ProviderDefinition, ProviderSession, ResourceType } from "./resourceType";
import { checkResponse, decodeProperties, encodeProperties } from "./wire";

/** The protocol's operations on resources. `check` refuses resources of an unknown type before anything changes. */
export class ResourceService<Session extends ProviderSession> {
  constructor(
    private readonly definition: ProviderDefinition<Session>,
    private readonly session: () => Session,
  ) {}

  check(request: rpc.CheckRequest): rpc.CheckResponse {
    const { type, name } = parseUrn(request.getUrn());
    const news = decodeProperties(request.getNews());
    const resource = this.definition.resources.find(({ token }) => token === type);
    if (resource === undefined)
      return checkResponse(news, [{ property: "", reason: this.unserved(type) }]);
    const { inputs, faults } = checkInputs(
      resource,
      this.official(),
      decodeProperties(request.getOlds()),
      news,
      {
        logicalName: name,
        seed: request.getRandomseed_asU8(),
        ...proposal(request.getAutonaming()),
      },
    );
    return checkResponse(inputs, faults, secretNames(resource.schema));
  }

  diff(request: rpc.DiffRequest): rpc.DiffResponse {
    return diffResponse(
      this.resource(request.getUrn()),
      decodeProperties(request.getOlds()),
      decodeProperties(request.getNews()),
      new Set(request.getIgnorechangesList()),
    );
  }

  async create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    const resource = this.resource(request.getUrn());
    const planned = planState(
      resource.schema,
      undefined,
      decodeProperties(request.getProperties()),
    );
    const response = new rpc.CreateResponse();
    if (request.getPreview()) {
      return response.setProperties(encodeOutputs(resource, unknownValue, planned));
    }
    const live = await this.attempt("creating", resource, planned, (session) =>
      resource.create(session, withoutUnknowns(planned)),
    );
    return response
      .setId(live.id)
      .setProperties(
        encodeOutputs(
          resource,
          live.id,
          settledState(resource.schema, planned, live.state),
          "created",
        ),
      );
  }

  async read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const resource = this.resource(request.getUrn());
    const prior = decodeProperties(request.getProperties());
    const isRefresh = Object.keys(prior).length > 0;
    const id = presentId(prior, request.getId());
    const live = await this.attempt("reading", resource, { ...prior, id }, (session) =>
      resource.read(session, id, prior),
    );
    const response = new rpc.ReadResponse();
    if (live === undefined) return response;
    const state = refreshedState(resource.schema, live.state);
    const inputs = isRefresh
      ? refreshedInputs(decodeProperties(request.getInputs()), state)
      : importedInputs(resource.schema, state);
    return response
      .setId(live.id)
      .setProperties(encodeOutputs(resource, live.id, state))
      .setInputs(encodeProperties(inputs, secretsIn(resource, inputs)));
  }

  async update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
    const resource = this.resource(request.getUrn());
    const old = decodeProperties(request.getOlds());
    const ignored = new Set(request.getIgnorechangesList());
    const planned = planState(resource.schema, old, decodeProperties(request.getNews()), ignored);
    const response = new rpc.UpdateResponse();
    if (request.getPreview())
      return response.setProperties(encodeOutputs(resource, request.getId(), planned));
    const live = await this.attempt("updating", resource, old, (session) =>
      resource.update(session, old, planned, presentId(old, request.getId())),
    );
    return response.setProperties(
      encodeOutputs(resource, live.id, settledState(resource.schema, planned, live.state)),
    );
  }

  async delete(request: rpc.DeleteRequest): Promise<Empty> {
    const resource = this.resource(request.getUrn());
    const old = decodeProperties(request.getProperties());
    await this.attempt("deleting", resource, old, (session) =>
      resource.delete(session, old, presentId(old, request.getId())),
    );
    return new Empty();
  }

  private resource(urn: string): ResourceType<Session> {
    const { type } = parseUrn(urn);
    const resource = this.definition.resources.find(({ token }) => token === type);
    if (resource === undefined) throw new Error(this.unserved(type));
    return resource;
  }

  private async attempt<T>(
    doing: string,
    resource: ResourceType<Session>,
    properties: PropertyMap,
    run: (session: Session) => Promise<T>,
  ): Promise<T> {
    const session = this.session();
    try {
      return await run(session);
    } catch (cause) {
      const show = (name: string) =>
        shown(properties[name] ?? (name === "name" ? properties["id"] : undefined));
      const what = `${doing} ${resource.describe(show)}`;
      throw new Error(`${what}: ${this.definition.explain(cause)}`, { cause });
    }
  }

  private official(): string {
    return `official plugin ${this.definition.name} ${this.definition.version}`;
  }

  private unserved(type: string): string {
    return `resource type "${type}" is not served by the offline plugin; it needs the ${this.official()}`;
  }
}

/** Parses `urn:pulumi:stack::project::parent$type::name`. A name may contain `::`. */
export function parseUrn(urn: string): ResourceIdentity {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

interface ResourceIdentity {
  /** The resource's own type, without those of its parents. */
  type: string;
  /** The logical name. */
  name: string;
}

function proposal(options: rpc.CheckRequest.AutonamingOptions | undefined) {
  const name = options?.getProposedName() ?? "";
  return name === "" ? {} : { proposal: name };
}

function encodeOutputs<Session>(
  resource: ResourceType<Session>,
  id: string | typeof unknownValue,
  state: PropertyMap,
  age: "created" | "known" = "known",
) {
  const properties = outputs(resource, id, state, age === "created");
  return encodeProperties(properties, secretNames(resource.schema));
}

function secretsIn<Session>({ schema }: ResourceType<Session>, inputs: PropertyMap) {
  return new Set([...secretNames(schema)].filter((name) => name in inputs));
}

/** Replaces unknown values, which the server chooses, by null. */
function withoutUnknowns(planned: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(planned).map(([name, value]) => [name, withoutUnknown(value)]),
  );
}

function withoutUnknown(value: PropertyValue): PropertyValue {
  if (value === unknownValue) return null;
  if (Array.isArray(value)) return value.map(withoutUnknown);
  return isMap(value) ? withoutUnknowns(value) : value;
}

/** The object's present id. After an update that renamed the object, Pulumi still has the old id. */
function presentId(state: PropertyMap, id: string): string {
  return typeof state["id"] === "string" ? state["id"] : id;
}

function shown(value: PropertyValue | undefined): string {
  return typeof value === "string" ? `"${value}"` : "(none)";
}
