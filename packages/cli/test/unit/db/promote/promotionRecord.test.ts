import { expect, test } from "vitest";

import { renderPromotion } from "../../../../src/db/promote/promotionRecord";

test("the evidence contains what was promoted, each step, and the plan", () => {
  const page = renderPromotion({
    from: "dev",
    to: "prod",
    begun: "2026-01-02T03:04:05.000Z",
    outcome: "refused",
    commit: "0123456789abcdef",
    plan: { hash: "fedcba9876543210", catalog: "c0ffee", preview: "+ a role" },
    steps: [
      { number: 1, title: "one", outcome: "passed", milliseconds: 1500, summary: "fine\nmore" },
      { number: 2, title: "two", outcome: "failed", milliseconds: 10, summary: "not so" },
    ],
  });
  expect(page).toBe(`# Promotion of dev to prod: refused

- begun: 2026-01-02T03:04:05.000Z
- commit: 0123456789abcdef
- plan: fedcba9876543210
- catalog of prod when it was made: c0ffee

## Steps

1. one: passed in 1.5 s. fine

   \`\`\`
   more
   \`\`\`
2. two: **failed** in 0.0 s. not so

## The plan

\`\`\`
+ a role
\`\`\`
`);
});
