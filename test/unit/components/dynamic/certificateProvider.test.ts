import { X509Certificate } from "node:crypto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { CertificateInputs } from "../../../../components/dynamic/certificate";
import { provider } from "../../../../components/dynamic/certificateProvider";
import { makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { isSignedBy } from "../../../../packages/postgres/test/certificateFacts";

const { check, create, diff, update } = provider;

// Pulumi's placeholder for a value that the update creates.
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const day = 24 * 60 * 60 * 1000;
const start = new Date("2026-01-01T00:00:00Z");

beforeEach(() => vi.useFakeTimers({ now: start, toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

test("a certificate does not change until 30 days before it expires", async () => {
  const kept = await issued();
  pass(335);

  const { inputs, changes } = await preview(kept, kept.declared);
  expect(inputs).toEqual({ ...kept.inputs, drift: [] });
  expect(changes).toBe(false);
});

test("it is reissued after that, with a new key", async () => {
  const kept = await issued();
  pass(336);

  const { inputs, changes } = await preview(kept, kept.declared);
  expect(inputs.drift).toEqual([
    "server certificate of 127.0.0.1: found 29 days left, expected at least 30 days: it is renewed",
  ]);
  expect(changes).toBe(true);

  const state = await updated(kept, inputs);
  expect(state.privateKey).not.toBe(kept.state.privateKey);
  expect(new Date(new X509Certificate(state.certificate).validTo)).toEqual(
    new Date(Date.now() + 365 * day),
  );
  const again = await preview({ ...kept, inputs, state }, kept.declared);
  expect(again).toMatchObject({ inputs: { drift: [] }, changes: false });
});

test("it is reissued for another authority", async () => {
  const [kept, { declared }] = [await issued(), await issued()];
  pass(1);

  const { inputs, changes } = await preview(kept, declared);
  expect(inputs.drift).toHaveLength(1);
  expect(changes).toBe(true);
  const { certificate } = await updated(kept, inputs);
  expect(isSignedBy(certificate, declared.authorityCertificate)).toBe(true);
  expect(isSignedBy(certificate, kept.declared.authorityCertificate)).toBe(false);
});

test.each([
  { hosts: ["127.0.0.1", "db.example.com"] },
  { commonName: "other" },
  { usage: "client" as const },
])("it is reissued for %o, which is not drift", async (change) => {
  const kept = await issued();
  pass(1);

  const { inputs, changes } = await preview(kept, { ...kept.declared, ...change });
  expect(inputs).toMatchObject({ issued: new Date().toISOString(), drift: [] });
  expect(changes).toBe(true);
});

test("a certificate whose key does not match is reissued", async () => {
  const [kept, other] = [await issued(), await issued()];
  const state = { ...kept.state, privateKey: other.state.privateKey };

  expect(await preview({ ...kept, state }, kept.declared)).toMatchObject({ changes: true });
});

test("it does not keep the authority's key beside its own", async () => {
  expect((await issued()).state).not.toHaveProperty("authorityKey");
});

test("a preview that creates its authority reports its expiry", async () => {
  const kept = await issued();
  pass(400);

  const news = { ...kept.declared, authorityCertificate: unknown, authorityKey: unknown };
  const { inputs, changes } = await preview(kept, news);
  expect(inputs.drift).toEqual([expect.stringContaining("expired on 2027-01-01")]);
  expect(changes).toBe(true);
});

test.each(["commonName", "hosts", "usage", "authorityCertificate"])(
  "a preview reports nothing while its %s is unknown",
  async (key) => {
    const kept = await issued();
    const news = { ...kept.declared, [key]: unknown };

    expect(await preview(kept, news)).toMatchObject({ inputs: { drift: [] }, changes: true });
    expect(await check({}, news)).toMatchObject({ inputs: { drift: [] } });
  },
);

/** What the program declares for a certificate, and the engine stores. */
type Kept = Awaited<ReturnType<typeof issued>>;

async function issued() {
  const authority = await makeAuthority("dev", start);
  const declared: CertificateInputs = {
    ...{ commonName: "db", hosts: ["127.0.0.1"], usage: "server" },
    ...{ authorityCertificate: authority.certificate, authorityKey: authority.privateKey },
  };
  const inputs = checked(await check({}, declared));
  const { outs } = await create(inputs);
  return { declared, inputs, state: outs };
}

async function preview(kept: Kept, news: CertificateInputs) {
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
