import type { Change, Model, ModelTable } from "./model";

/** What migrations create besides tables, each by the name that a failing sequence shows. */
export const newObjects = {
  "new range type": (_model, _table, name) =>
    made(`type public.${name}`, `create type public.${name} as range (subtype = numeric)`),

  "new column of a new domain": (_model, table, name) =>
    made(
      `domain public.${name}`,
      `create domain public.${name} as text constraint ${name}_known check (value in ('a', 'b') or value is null);
       alter table public.${table.name} add ${name} public.${name}`,
      "cascade",
    ),

  "new procedure": (_model, _table, name) =>
    made(
      `procedure public.${name}(integer)`,
      `create procedure public.${name}(a integer default 1) language plpgsql as $$ begin perform a; end $$`,
    ),

  "new operator": (_model, _table, name) =>
    made(
      `function public.${name}(integer, integer)`,
      `create function public.${name}(integer, integer) returns integer immutable language sql return $1 - $2;
       create operator public.${operatorOf(name)} (leftarg = integer, rightarg = integer, function = public.${name})`,
      "cascade",
    ),

  "new sequence of a column": (_model, table, name) =>
    made(
      `sequence public.${name}`,
      `create sequence public.${name} as integer start 7;
       alter table public.${table.name} add ${name} integer default pg_catalog.nextval('public.${name}');
       alter sequence public.${name} owned by public.${table.name}.${name}`,
      "cascade",
    ),

  "new materialized view": (_model, table, name) => {
    // A preview must report one over tenants' rows.
    if (table.tenant !== undefined)
      return made(`sequence public.${name}`, `create sequence public.${name}`);
    return made(
      `materialized view public.${name}`,
      `create materialized view public.${name} as select count(*) as count from public.${table.name};
       create unique index ${name}_idx on public.${name} (count)`,
    );
  },

  "new statistics": (_model, table, name) => ({
    up: `alter table public.${table.name} add ${name} integer, add ${name}_too integer;
      create statistics public.${name}_stats on ${name}, ${name}_too from public.${table.name}`,
    down: `drop statistics public.${name}_stats;
      alter table public.${table.name} drop ${name} cascade, drop ${name}_too cascade`,
  }),

  "new comment": (_model, table, name) => ({
    up: `comment on table public.${table.name} is '${name}'`,
    down: "select 1",
  }),
} satisfies Record<string, (model: Model, table: ModelTable, name: string) => Change>;

function made(object: string, up: string, how = "restrict"): Change {
  return { up, down: `drop ${object} ${how}` };
}

/** A number in the characters of operators. */
function operatorOf(name: string): string {
  return `#${name.replace(/\D/g, "").replace(/\d/g, (digit) => "~!@%^&|?<>".charAt(Number(digit)))}`;
}
