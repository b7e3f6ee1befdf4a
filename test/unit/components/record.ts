import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { vi } from "vitest";

/** A resource as a program registered it. */
export interface Recorded {
  type: string;
  inputs: Record<string, unknown>;
  /** Types and names of the resources that it waits for. */
  waitsFor: readonly string[];
}

/** The dependencies of a resource, which the engine gets and mocks do not. */
interface Request {
  getType: () => string;
  getName: () => string;
  getDependenciesList: () => string[];
}

/** Runs a program against mocks and returns each resource by its type and name. */
export async function record(program: () => void | Promise<void>): Promise<Map<string, Recorded>> {
  const recorded = new Map<string, Recorded>();
  const registered = vi.spyOn(MockMonitor.prototype, "registerResource");
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      const known = inputs as Record<string, unknown>;
      recorded.set(called(type, name), { type, inputs: known, waitsFor: [] });
      return { id: `${name}-id`, state: known };
    },
    call: ({ inputs }) => inputs as Record<string, unknown>,
  });
  await program();
  // A constructor only queues its registration; nothing is recorded until the queue is empty.
  await pulumi.runtime.disconnect();
  for (const [one] of registered.mock.calls) {
    const request = one as Request;
    const found = recorded.get(called(request.getType(), request.getName()));
    if (found !== undefined) found.waitsFor = request.getDependenciesList().map(calledByUrn);
  }
  registered.mockRestore();
  return recorded;
}

function calledByUrn(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return called(type, name);
}

function called(type: string, name: string): string {
  return `${type.split(":").at(-1) ?? type} ${name}`;
}
