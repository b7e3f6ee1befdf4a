import { startTestServer } from "./testServer";

/** One server for all integration tests. Its superuser's URL is in TEST_DATABASE_URL; each file makes databases of its own. */
export default async function setup(): Promise<() => Promise<void>> {
  const { url, remove } = await startTestServer();
  process.env["TEST_DATABASE_URL"] = url;
  return remove;
}
