import { format, resolveConfig } from "prettier";

import { schemaKinds } from "@hosterizer/postgres/schema/schemaRules";
import { dockerKinds } from "@hosterizer/cli/drift/dockerDifferences";
import type { ByHand } from "./dockerCatalogue/byHand";
import type { DriftCase } from "./driftCase";
import { renderCatalogue } from "./renderCatalogue";

/** The page with its tables regenerated; everything else on it is handwritten. */
export async function renderDriftPage(
  page: string,
  catalogue: Readonly<Record<string, readonly DriftCase<ByHand>[]>>,
): Promise<string> {
  const filled = page.replaceAll(
    /^(<!-- (catalogue|others): (\w+) -->\n)[^]*?^(<!-- end -->)$/gm,
    (_text, start: string, what: string, area: string, end: string) => {
      const cases = catalogue[area];
      if (cases === undefined) throw new Error(`the catalogue has no area ${area}`);
      // With columns as wide as their widest cell, the page would be unreadable as text.
      const table = `<!-- prettier-ignore -->\n${renderCatalogue(cases)}`;
      const text = what === "catalogue" ? table : renderOthers(area, cases);
      return `${start}\n${text}\n\n${end}`;
    },
  );
  const style = await resolveConfig("docs/drift.md");
  return format(filled, { ...style, parser: "markdown" });
}

const kinds: Readonly<Record<string, readonly string[]>> = {
  schema: schemaKinds,
  containers: dockerKinds,
};

/** The kinds of difference in an area without an example. */
function renderOthers(area: string, cases: readonly DriftCase<ByHand>[]): string {
  const others = kinds[area]?.filter((name) => !cases.some(({ kind }) => kind === name));
  if (others === undefined) throw new Error(`which kinds of ${area} there are is not known`);
  return `${others.join(", ")}.`;
}
