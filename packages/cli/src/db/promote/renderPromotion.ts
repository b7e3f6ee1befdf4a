import type { PromotionRecord } from "./promotionFiles";

/** The evidence for people, to be attached to a change request. */
export function renderPromotion({
  from,
  to,
  begun,
  outcome,
  commit,
  plan,
  steps,
}: PromotionRecord): string {
  const facts = [
    `# Promotion of ${from} to ${to}: ${outcome}`,
    "",
    `- begun: ${begun}`,
    ...(commit === undefined ? [] : [`- commit: ${commit}`]),
    ...(plan === undefined
      ? []
      : [`- plan: ${plan.hash}`, `- catalog of ${to} when it was made: ${plan.catalog}`]),
  ];
  const lines = steps.map((step) => {
    const [first = "", ...others] = step.summary.split("\n");
    const more = others.map((line) => `   ${line}`).join("\n");
    const mark = step.outcome === "passed" ? "passed" : "**failed**";
    const seconds = (step.milliseconds / 1000).toFixed(1);
    const block = more === "" ? "" : `\n\n   \`\`\`\n${more}\n   \`\`\``;
    return `${step.number}. ${step.title}: ${mark} in ${seconds} s. ${first}${block}`;
  });
  const preview = plan === undefined ? [] : ["", "## The plan", "", "```", plan.preview, "```"];
  return [...facts, "", "## Steps", "", ...lines, ...preview, ""].join("\n");
}
