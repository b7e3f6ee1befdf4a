import type { Logins } from "@hosterizer/postgres/access/logins";
import { pins } from "../../pins";
import { yaml } from "../../stack/configuration";

const key = ["config", `${pins.project}:logins`];

/** Which logins of a role the text of a Pulumi.<stack>.yaml asks for. */
export function loginsOf(text: string, role: string): readonly number[] {
  const { config = {} } = (yaml().parse(text) ?? {}) as { config?: Record<string, unknown> };
  const logins = (config[`${pins.project}:logins`] ?? {}) as Logins;
  // `pulumi config set` writes numbers as text.
  return (logins[role] ?? [0]).map(Number);
}

/** The same text with other logins of the role. All else in it stays, comments too. */
export function editLogins(text: string, role: string, numbers: readonly number[]): string {
  const document = yaml().parseDocument(text);
  document.setIn([...key, role], document.createNode(numbers, { flow: true }));
  return document.toString();
}
