/**
 * A DO block that raises, as a notice, the value that half of a table's rows are below: the planner expects more rows below a text as
 * soon as the text is past it, so one letter after the other is found from estimates alone.
 *
 * @param expression of the table's columns
 * @param compare the condition with `%L` for the text. Default: below it
 */
export function bisection(
  table: string,
  expression: string,
  compare = `${expression} < %L`,
): string {
  return `do $bisect$
declare
  found text := '';
  best text;
  letter text;
  plan json;
  half float;
begin
  execute format('explain (format json) select from ${table} where ${expression} < %L', 'zzzz') into plan;
  half := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float / 2;
  for position in 1 .. 12 loop
    best := null;
    for letter in select chr(n) from generate_series(ascii('a'), ascii('z')) as n loop
      execute format('explain (format json) select from ${table} where ${compare}', found || letter) into plan;
      exit when (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float >= half;
      best := letter;
    end loop;
    exit when best is null;
    found := found || best;
  end loop;
  raise notice '%', found;
end
$bisect$`;
}

/** A DO block that raises a text as a notice if the planner takes it for frequent: it then expects more rows than of one that no row has. */
export function frequency(table: string, condition: string, text: string): string {
  return `do $guess$
declare
  guessed json;
  other json;
begin
  execute format('explain (format json) select from ${table} where ${condition}', ${text}) into guessed;
  execute format('explain (format json) select from ${table} where ${condition}', 'nobody') into other;
  if (guessed -> 0 -> 'Plan' ->> 'Plan Rows')::float > (other -> 0 -> 'Plan' ->> 'Plan Rows')::float then
    raise notice '%', ${text};
  end if;
end
$guess$`;
}
