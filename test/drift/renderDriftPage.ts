import { format, resolveConfig } from "prettier";

import type { DriftCase } from "./driftCase";
import { renderCatalogue } from "./renderCatalogue";

/** The page with its tables made anew; all else on it is written by hand. */
export async function renderDriftPage(
  page: string,
  catalogue: Readonly<Record<string, readonly DriftCase[]>>,
): Promise<string> {
  const filled = page.replaceAll(
    /^(<!-- catalogue: (\w+) -->\n)[^]*?^(<!-- end -->)$/gm,
    (_text, start: string, area: string, end: string) => {
      const cases = catalogue[area];
      if (cases === undefined) throw new Error(`the catalogue has no area ${area}`);
      return `${start}\n${renderCatalogue(cases)}\n\n${end}`;
    },
  );
  const style = await resolveConfig("docs/drift.md");
  return format(filled, { ...style, parser: "markdown" });
}
