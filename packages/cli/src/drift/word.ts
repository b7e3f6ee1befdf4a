/** Finds a name or keyword as PostgreSQL writes it, alone and not as part of another name. */
export function word(text: string): RegExp {
  return new RegExp(`(?<![\\w$.])"?${escaped(text)}"?(?![\\w$.(])`);
}

/** Finds the name of something in this schema. */
export function within(schema: string): RegExp {
  return new RegExp(`(?<![\\w$.])"?${escaped(schema)}"?\\.`);
}

/** Finds whom a privilege is granted to. */
export function to(grantee: string): RegExp {
  return new RegExp(
    `(?<!\\w)to "?${escaped(grantee)}"?(?![\\w$])`,
    grantee === "PUBLIC" ? "i" : "",
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
