import { format, resolveConfig } from "prettier";

import {
  type ContainerSetting,
  containerSettings,
} from "@hosterizer/postgres/server/container/containerSettings";
import {
  connectionRuleLine,
  connectionRules,
} from "@hosterizer/postgres/server/container/connectionRules";
import { memorySettings } from "@hosterizer/postgres/server/container/defaultSettings";
import { readQuantity } from "@hosterizer/postgres/server/settings/parameters";

/** The default of hosterizer-database:memory, in MiB. */
const memory = 1024;

/** The page with its tables regenerated; everything else on it is handwritten. */
export async function renderSettingsPage(page: string): Promise<string> {
  const tables: Readonly<Record<string, string>> = {
    mandatory: settings("mandatory"),
    default: settings("default"),
    memory: bySize([512, 1024, 4096, 16_384]),
    rules: rules(),
  };
  const filled = page.replaceAll(
    /^(<!-- table: (\w+) -->\n)[^]*?^(<!-- end -->)$/gm,
    (_text, start: string, name: string, end: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`there is no table ${name}`);
      // With columns as wide as their widest cell, the page would be unreadable as text.
      return `${start}\n<!-- prettier-ignore -->\n${table}\n\n${end}`;
    },
  );
  const style = await resolveConfig("docs/server-settings.md");
  return format(filled, { ...style, parser: "markdown" });
}

function settings(tier: ContainerSetting["tier"]): string {
  const rows = containerSettings({
    memory,
    overrides: {},
    backup: { repositories: [{ type: "volume" }], whenArchivingFails: "keep" },
  })
    .filter((setting) => setting.tier === tier)
    .map(({ name, value, change, reason }) => [code(name), code(value), change, reason]);
  return table(["Setting", "Value", "Applied by", "Why"], rows);
}

/** A column for each size of the container. */
function bySize(sizes: readonly number[]): string {
  const columns = sizes.map((size) => memorySettings(size, 100));
  const names = columns[0]?.map(({ name }) => name) ?? [];
  const rows = names.map((name, row) => [
    code(name),
    ...columns.map((column) => readable(column[row]?.value ?? "")),
  ]);
  return table(["`memory`", ...sizes.map(String)], rows);
}

function readable(value: string): string {
  const megabytes = (readQuantity(value, "MB") ?? 0).toFixed(1).replace(/\.0$/, "");
  return `${megabytes} MB`;
}

function rules(): string {
  const declared = connectionRules({ database: "hosterizer", role: "app_pooler" });
  return table(
    ["Line of pg_hba.conf", "Why"],
    declared.map((rule) => [code(connectionRuleLine(rule)), rule.reason]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function code(text: string): string {
  return text.endsWith(" ") ? `\`'${text}'\`` : `\`${text}\``;
}
