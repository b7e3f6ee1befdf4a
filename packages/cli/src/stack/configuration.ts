import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { Document } from "yaml";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import { pins } from "../pins";
import { replaceFile } from "./replaceFile";
import { configurationName, stackFiles } from "./stackFiles";

const load = createRequire(__filename);

/** The YAML library. Loaded on first use: loading it takes as long as everything else before Pulumi starts, and few runs need it. */
export function yaml(): typeof import("yaml") {
  return load("yaml") as typeof import("yaml");
}

/**
 * A changed document as text that people keep formatted: lists in brackets have no spaces inside, as Prettier writes them, and
 * long lines stay as they are.
 */
export function renderYaml(document: Document): string {
  const { isSeq, parseDocument, visit } = yaml();
  let text = document.toString({ lineWidth: 0 });
  const padded: [number, number][] = [];
  visit(parseDocument(text), {
    Seq: (_, node) => {
      if (isSeq(node) && node.flow && node.range) padded.push([node.range[0], node.range[1]]);
    },
  });
  // From the end, so that the places of the others stay.
  for (const [start, end] of padded.sort(([one], [other]) => other - one)) {
    const list = text
      .slice(start, end)
      .replace(/^\[ (?=\S)/, "[")
      .replace(/(?<=\S) \]$/, "]");
    text = text.slice(0, start) + list + text.slice(end);
  }
  return text;
}

/**
 * The document in a file that people write.
 *
 * @param name of the file, as they know it
 * @throws UserError with the place, if it is not YAML or has a key twice
 */
function parseYaml(text: string, name: string): Document {
  const document = yaml().parseDocument(text);
  const [fault] = document.errors;
  if (fault === undefined) return document;
  // The following lines quote the file, which may contain secrets.
  const [place = ""] = fault.message.split("\n", 1);
  throw new UserError(`${name} cannot be read: ${place.replace(/:$/, ".")}`, "Correct it there.");
}

/**
 * The configuration of a stack as it is written: secrets are objects with their cipher text.
 *
 * @param hint a text without which the configuration is of no interest: the YAML library is loaded only if the file contains it
 * @throws UserError if the file is not YAML
 */
export function readConfiguration(
  stack: string,
  environment: NodeJS.ProcessEnv,
  hint: string,
): Readonly<Record<string, unknown>> | undefined {
  // The file that Pulumi reads has what `pulumi config set` has added.
  const file = environment["PULUMI_OPTION_CONFIG_FILE"] ?? stackFiles(stack).tracked;
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  // Stack local needs neither the YAML library nor the code that checks settings.
  if (!text.includes(hint)) return undefined;
  const document = parseYaml(text, configurationName(stack));
  const { config = {} } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  return config;
}

/** The same as Pulumi passes it to a program: every value a string, and an object as JSON. */
export function asPulumiPassesIt(
  configuration: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const text = (value: unknown) =>
    typeof value === "string" ? value : JSON.stringify(value, secretsAsText);
  return Object.fromEntries(
    Object.entries(configuration).map(([key, value]) => [key, text(value)]),
  );
}

/** A secret within an object is text there, too, with its value instead of its cipher text. */
function secretsAsText(key: string, value: unknown): unknown {
  return key !== "" && isSecret(value) ? JSON.stringify(value) : value;
}

/** What `pulumi config set --secret` writes in place of a value. */
function isSecret(value: unknown): value is { secure: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    typeof (value as { secure?: unknown }).secure === "string"
  );
}

/** Keys by which a Pulumi.<stack>.yaml says how its secrets are encrypted. */
export const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/**
 * Brings the configuration file that Pulumi reads up to date with the tracked one.
 *
 * @returns its path
 */
export function writeConfiguration(stack: string): string {
  const { tracked, merged } = stackFiles(stack);
  const wanted = read(tracked);
  const kept = read(merged);
  if (wanted === undefined) return merged;
  const mark = `# Made from ${configurationName(stack)} ${createHash("sha256").update(wanted).digest("hex")}`;
  if (kept?.includes(mark) === true) return merged;
  mkdirSync(folders.config, { recursive: true, mode: 0o700 });
  // A project of the same name, so that `pulumi stack init` can be told to write its salt here.
  replaceFile(
    join(folders.config, "Pulumi.yaml"),
    `name: ${pins.project}\nruntime: nodejs\ndescription: not a project, see ../..\n`,
    0o600,
  );
  const text = `${mark}\n${mergeConfiguration(wanted, kept, basename(tracked))}`;
  replaceFile(merged, text, 0o600);
  return merged;
}

/**
 * The configuration file of a stack whose state is in the project folder: what the team has written, with the salt and the
 * secrets of this clone, which must never get into a tracked file.
 *
 * @param tracked text of Pulumi.<stack>.yaml
 * @param kept text of the file that the last run used
 * @param name of the tracked file
 * @throws UserError if the tracked one is not YAML
 */
export function mergeConfiguration(
  tracked: string,
  kept: string | undefined,
  name: string,
): string {
  const { parseDocument } = yaml();
  const merged = parseYaml(tracked, name);
  // A team that has chosen an encryption for this file keeps its secrets in it.
  if (kept === undefined || encryption.some((key) => merged.has(key))) return tracked;
  const own = parseDocument(kept);
  for (const key of encryption) {
    if (own.has(key)) merged.set(key, own.get(key));
  }
  const before = own.toJS() as { config?: unknown } | null;
  const now = merged.toJS() as { config?: unknown } | null;
  for (const { path, secret } of keptSecrets(before?.config, now?.config ?? {}))
    merged.setIn(["config", ...path], merged.createNode(secret));
  return merged.toString();
}

/** A secret, and where it is. */
interface KeptSecret {
  path: (string | number)[];
  secret: { secure: string };
}

/**
 * The secrets of a configuration that belong into another one, which lacks them. One in an item of a list belongs to the item whose
 * other values are the same, wherever that is by now.
 */
function keptSecrets(own: unknown, other: unknown): KeptSecret[] {
  if (Array.isArray(own) && Array.isArray(other)) {
    const items: unknown[] = other;
    return own.flatMap((item) => {
      const index = items.findIndex((each) => isDeepStrictEqual(bare(each), bare(item)));
      return index < 0 ? [] : within(index, keptSecrets(item, items[index]));
    });
  }
  if (!isObject(own) || !isObject(other)) return [];
  return Object.entries(own).flatMap(([key, value]) => {
    if (!isSecret(value)) return within(key, keptSecrets(value, other[key]));
    return key in other ? [] : [{ path: [key], secret: value }];
  });
}

function within(key: string | number, secrets: readonly KeptSecret[]): KeptSecret[] {
  return secrets.map(({ path, secret }) => ({ path: [key, ...path], secret }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What remains of an item without its secrets. */
function bare(item: unknown): unknown {
  if (!isObject(item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([, value]) => !isSecret(value)));
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
