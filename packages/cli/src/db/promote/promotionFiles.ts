import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { CommandError } from "../../commandError";
import { folders } from "../../folders";
import { renderPromotion } from "./renderPromotion";

/** A promotion as it is kept: what each step has found, and the plan. */
const record = z.object({
  from: z.string(),
  to: z.string(),
  begun: z.string(),
  outcome: z.enum(["refused", "planned", "promoted", "failed"]),
  commit: z.string().optional(),
  /** What was to be applied, and to what. */
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

/** Folder of all promotions of this clone. */
const folder = join(folders.own, "promotions");

/** The folder of one promotion, by when it began: 2026-11-26T10-00-00Z-dev-prod. */
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
 * The promotion that has made a plan, with its folder.
 *
 * @throws CommandError if there is none with this hash, or if it was tried before
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
      throw new CommandError(
        `Plan ${hash} is for promoting ${promotion.from} to ${promotion.to}.`,
        `Name them: --from ${promotion.from} --to ${promotion.to}`,
      );
    }
    if (promotion.outcome === "planned") return { path, promotion };
    const { outcome } = promotion;
    const before = outcome === "refused" ? "refused before" : `applied before: ${outcome}`;
    throw new CommandError(`Plan ${hash} was ${before}.`, "Make another one with --dry-run.");
  }
  throw new CommandError(
    `There is no plan ${hash} in this clone.`,
    `Make one: npm run db -- promote --from ${from} --to ${to} --dry-run`,
  );
}
