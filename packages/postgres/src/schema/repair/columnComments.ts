import { escapeLiteral } from "pg";

import type { SchemaObject } from "../schemaObject";
import { splitNames } from "./splitNames";

/**
 * COMMENT ON COLUMN for the columns of a view.
 *
 * @param actual The view as it is; absent: it was just made and has no comment.
 */
export function columnCommentStatements(expected: SchemaObject, actual?: SchemaObject): string[] {
  const [wanted, found] = [readComments(expected), readComments(actual)];
  const names = new Set([...found.keys(), ...wanted.keys()]);
  return [...names]
    .filter((name) => wanted.get(name) !== found.get(name))
    .map((name) => {
      const comment = wanted.get(name);
      const text = comment === undefined ? "null" : escapeLiteral(comment);
      return `comment on column ${expected.identity}.${name} is ${text}`;
    });
}

/** One a line, `name: comment`; a comment may go on in the next line. */
function readComments(view: SchemaObject | undefined): Map<string, string> {
  const columns = splitNames(view?.facts["columns"] ?? "");
  const comments = new Map<string, string>();
  let current = "";
  for (const line of (view?.facts["column comments"] ?? "").split("\n")) {
    const name = columns.find((column) => line.startsWith(`${column}: `));
    if (name !== undefined) {
      current = name;
      comments.set(name, line.slice(name.length + 2));
    } else if (current !== "") {
      comments.set(current, `${comments.get(current) ?? ""}\n${line}`);
    }
  }
  return comments;
}
