/** What the names of all containers, networks, volumes and images begin with that the tests of this run create. */
export const runPrefix = (): string =>
  `hosterizer-test-${process.env["HOSTERIZER_TEST_RUN"] ?? "none"}-`;
