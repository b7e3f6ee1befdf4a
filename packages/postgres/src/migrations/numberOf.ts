/** The number in a migration's name, such as 7 of `000007_create_cost_records_table`; 0 of none. */
export function numberOf(name: string | undefined): number {
  return Number.parseInt(name ?? "0", 10);
}
