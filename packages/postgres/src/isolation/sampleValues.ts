/** Values of each type, the likeliest first. Texts come first as what a column is often meant for: a name, an address, a code. */
export function valuesOf(nonce: number) {
  const tag = `p${nonce.toString(36)}`;
  const hex = nonce.toString(16).padStart(12, "0").slice(-12);
  const day = new Date(Date.UTC(1990, 0, 1 + (nonce % 9_000))).toISOString().slice(0, 10);
  const uuid = `00000000-0000-4000-8000-${hex}`;
  const small = String(1 + (nonce % 32_000));
  const integers = [small, "1", "0", "-1", "2", "10", "50", "100", "1000"];
  const decimals = ["1", "0", "0.5", "-1", "10", "100", small];
  const moments = [`${day} 00:00:00+00`, "2000-01-01", "now", "2100-01-01"];
  const texts = [
    ...[tag, `${tag}@example.com`, `https://${tag}.example.com`, `${tag}.example.com`, `/${tag}`],
    ...[
      tag.toUpperCase(),
      uuid,
      String(nonce),
      `+${String(nonce).padStart(11, "1")}`,
      hex.repeat(6).slice(0, 64),
    ],
    ...[
      day,
      "192.0.2.1",
      "12:00",
      "en",
      "en-US",
      "EUR",
      "EU",
      "A",
      "a",
      "1",
      "0",
      "1.0.0",
      "1.0",
      "#aabbcc",
    ],
    ...[
      "a1",
      "A1",
      "AA-0001",
      "AAA-000001",
      "00000",
      "{}",
      "[]",
      "",
      "x".repeat(20),
      "x".repeat(100),
    ],
  ];
  const types: Record<string, string[]> = {
    smallint: integers,
    integer: [String(nonce % 2_000_000_000), ...integers],
    bigint: [String(nonce), ...integers],
    numeric: decimals,
    real: decimals,
    "double precision": decimals,
    money: decimals,
    boolean: ["false", "true"],
    uuid: [uuid],
    date: [day, "2000-01-01", "today", "2100-01-01"],
    "timestamp with time zone": moments,
    "timestamp without time zone": moments,
    "time without time zone": ["12:00"],
    "time with time zone": ["12:00+00"],
    interval: ["1 day", "0", "1 hour"],
    json: ["{}", "[]", '"x"', "1"],
    jsonb: ["{}", "[]", '"x"', "1"],
    bytea: [`\\x${hex}`, "\\x", `\\x${"00".repeat(32)}`, `\\x${"00".repeat(16)}`],
    inet: ["192.0.2.1", "2001:db8::1"],
    cidr: ["192.0.2.0/24", "2001:db8::/32"],
    macaddr: ["08:00:2b:01:02:03"],
    tsvector: [""],
    tsquery: [""],
    xml: ["<x/>"],
    point: ["(0,0)"],
    name: [tag],
    bit: ["0"],
    "bit varying": ["0"],
    'pg_catalog."char"': ["a"],
    '"char"': ["a"],
  };
  return { texts, types };
}
