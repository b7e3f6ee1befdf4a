import { X509Certificate } from "node:crypto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { AuthorityCertificateInputs } from "../../../../components/dynamic/authorityCertificate";
import { provider } from "../../../../components/dynamic/authorityCertificateProvider";

const { check, create, diff, update } = provider;

const day = 24 * 60 * 60 * 1000;
const start = new Date("2026-01-01T00:00:00Z");
const declared = { commonName: "dev" };

beforeEach(() => vi.useFakeTimers({ now: start, toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

test("an authority does not change for nine years", async () => {
  const kept = await made();
  pass(9 * 365);

  const { inputs, changes } = await preview(kept, declared);
  expect(inputs).toEqual({ ...kept.inputs, drift: [] });
  expect(changes).toBe(false);
});

test("it is renewed in its last year, with its key", async () => {
  const kept = await made();
  pass(9 * 365 + 1);

  const { inputs, changes } = await preview(kept, declared);
  expect(inputs.drift).toEqual([
    "certificate authority dev: found 364 days left, expected at least 365 days: it is renewed",
  ]);
  expect(changes).toBe(true);

  const state = await updated(kept, inputs);
  expect(state.privateKey).toBe(kept.state.privateKey);
  expect(new Date(new X509Certificate(state.certificate).validTo)).toEqual(
    new Date(Date.now() + 3650 * day),
  );
  const again = await preview({ inputs, state }, declared);
  expect(again).toMatchObject({ inputs: { drift: [] }, changes: false });
});

test("an authority with another name is recreated, which is not drift", async () => {
  const kept = await made();
  pass(7);

  const { inputs, changes } = await preview(kept, { commonName: "staging" });
  expect(inputs).toMatchObject({ issued: new Date().toISOString(), drift: [] });
  expect(changes).toBe(true);
});

test("an authority whose key does not match gets a new key", async () => {
  const [kept, other] = [await made(), await made()];
  const broken = { ...kept, state: { ...kept.state, privateKey: other.state.privateKey } };

  const { inputs, changes } = await preview(broken, declared);
  expect(changes).toBe(true);
  const { privateKey } = await updated(broken, inputs);
  expect([kept.state.privateKey, other.state.privateKey]).not.toContain(privateKey);
});

/** What the engine stores for an authority. */
type Kept = Awaited<ReturnType<typeof made>>;

async function made() {
  const inputs = checked(await check({}, declared));
  const { outs } = await create(inputs);
  return { inputs, state: outs };
}

async function preview(kept: Kept, news: AuthorityCertificateInputs) {
  const inputs = checked(await check(kept.inputs, news));
  return { inputs, ...(await diff("", kept.state, inputs)) };
}

async function updated({ state }: Kept, inputs: Kept["inputs"]) {
  const { outs } = await update("", state, inputs);
  return outs;
}

function checked<T>({ inputs }: { inputs?: T }): T {
  if (inputs === undefined) throw new Error("nothing was checked");
  return inputs;
}

function pass(days: number): void {
  vi.setSystemTime(start.getTime() + days * day);
}
