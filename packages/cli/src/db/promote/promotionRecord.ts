import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../../folders";

/** A promotion as promotion.json has it: the evidence of each step, and the plan. */
const record = z.object({
  from: z.string(),
  to: z.string(),
  begun: z.string(),
  outcome: z.enum(["refused", "planned", "promoted", "failed"]),
  commit: z.string().optional(),
  /** `catalog` is the hash of the destination's database when the plan was made. */
  plan: z.object({ hash: z.string(), catalog: z.string(), preview: z.string() }).optional(),
  steps: z.array(
    z.object({
      number: z.number(),
      title: z.string(),
      outcome: z.enum(["passed", "failed"]),
      milliseconds: z.number(),
      summary: z.string(),
      data: z.unknown().optional(),
    }),
  ),
});

export type PromotionRecord = z.infer<typeof record>;
export type StepRecord = PromotionRecord["steps"][number];
export type Plan = NonNullable<PromotionRecord["plan"]>;

/** Folder of all promotions of this clone. */
const folder = join(folders.own, "promotions");

/** Makes the folder of one promotion, named for when it began: 2026-11-26T10-00-00Z-dev-prod. */
export async function makePromotionFolder(begun: Date, from: string, to: string): Promise<string> {
  const time = begun
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  const path = join(folder, `${time}-${[from, to].join("-").replaceAll("/", ".")}`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Writes the evidence: promotion.json for programs, promotion.md for people. */
export async function writePromotion(path: string, promotion: PromotionRecord): Promise<void> {
  const options = { mode: 0o600 };
  await writeFile(join(path, "promotion.json"), `${JSON.stringify(promotion, null, 2)}\n`, options);
  await writeFile(join(path, "promotion.md"), renderPromotion(promotion), options);
}

/**
 * Finds the promotion that made a plan.
 *
 * @returns the promotion, and the path of its folder
 * @throws UserError if no plan has this hash, if the plan is for other stacks, or if it was tried before
 */
export async function findPlanned(
  hash: string,
  { from, to }: { from: string; to: string },
): Promise<{ path: string; promotion: PromotionRecord }> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names.sort().reverse()) {
    const path = join(folder, name);
    const text = await readFile(join(path, "promotion.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const promotion = record.parse(JSON.parse(text));
    if (promotion.plan?.hash !== hash) continue;
    if (promotion.from !== from || promotion.to !== to) {
      throw new UserError(
        `Plan ${hash} is for promoting ${promotion.from} to ${promotion.to}.`,
        `Name them: --from ${promotion.from} --to ${promotion.to}`,
      );
    }
    if (promotion.outcome === "planned") return { path, promotion };
    const { outcome } = promotion;
    const before = outcome === "refused" ? "refused before" : `applied before: ${outcome}`;
    throw new UserError(`Plan ${hash} was ${before}.`, "Make another one with --dry-run.");
  }
  throw new UserError(
    `This clone has no plan ${hash}.`,
    `Make one: npm run db -- promote --from ${from} --to ${to} --dry-run`,
  );
}

/** The evidence as Markdown, to attach to a change request. */
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
  const preview = plan === undefined ? [] : ["", "## The plan", "", "```", plan.preview, "```"];
  return [...facts, "", "## Steps", "", ...steps.map(renderStep), ...preview, ""].join("\n");
}

function renderStep({ number, title, outcome, milliseconds, summary }: StepRecord): string {
  const [first = "", ...others] = summary.split("\n");
  const more = others.map((line) => `   ${line}`).join("\n");
  const mark = outcome === "passed" ? "passed" : "**failed**";
  const seconds = (milliseconds / 1000).toFixed(1);
  const block = more === "" ? "" : `\n\n   \`\`\`\n${more}\n   \`\`\``;
  return `${number}. ${title}: ${mark} in ${seconds} s. ${first}${block}`;
}
