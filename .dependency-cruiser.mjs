/** Which modules may import which; see CONTRIBUTING.md. Imports of types count like all others. */

const packages = (...names) => `^packages/(${names.join("|")})/`;

/** A rule with the only modules that a folder may import. The lint checks installed packages. */
function imports(part, from, allowed, comment) {
  return {
    name: `imports-of-${part}`,
    comment,
    severity: "error",
    from: { path: from },
    to: { pathNot: [...allowed, "node_modules/"], dependencyTypesNot: ["core"] },
  };
}

/** A rule for two folders of packages/postgres. */
function below(lower, higher) {
  return {
    name: `${lower}-is-below-${higher.join("-and-")}`,
    comment: `${lower}/ knows nothing of ${higher.join("/ and ")}/. Take what you need as an argument.`,
    severity: "error",
    from: { path: `^packages/postgres/src/${lower}/` },
    to: { path: `^packages/postgres/src/(${higher.join("|")})/` },
  };
}

export default {
  forbidden: [
    {
      name: "no-circle-of-files",
      comment: "These files cannot be read, or loaded, one after the other.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-circle-of-folders",
      comment: "These folders are one room: merge them, or move what both need to the lower one.",
      scope: "folder",
      severity: "error",
      from: { path: `^packages/(postgres|cli|offline-plugins|client)/src/` },
      to: { circular: true },
    },
    imports(
      "postgres",
      "^packages/postgres/src/",
      ["^packages/postgres/src/", "^packages/client/src/scramClient"],
      "packages/postgres knows PostgreSQL alone. Take what you need as an argument.",
    ),
    {
      name: "postgres-without-pulumi",
      comment: "Put the resource in components/ and call packages/postgres from it.",
      severity: "error",
      from: { path: "^packages/postgres/" },
      to: { path: "node_modules/@pulumi/" },
    },
    imports(
      "offline-plugins",
      "^packages/offline-plugins/src/",
      [packages("offline-plugins", "postgres")],
      "The offline plugins replace Pulumi's own. They know nothing of this program but packages/postgres.",
    ),
    imports(
      "client",
      "^packages/client/src/",
      ["^packages/client/src/"],
      "packages/client is what applications import. Copy no internals into it.",
    ),
    imports(
      "cli",
      "^packages/cli/(src/|run|preload)",
      [packages("cli", "postgres", "client")],
      "packages/cli is given what it needs of the program's declarations, by components/program.ts.",
    ),
    imports(
      "components",
      "^components/(?!program)",
      ["^(components|database)/", packages("postgres", "client")],
      "A component takes what it needs as an argument.",
    ),
    imports(
      "database",
      "^database/",
      ["^database/", "^packages/postgres/src/"],
      "database/ is data. Only the types of packages/postgres come in here.",
    ),
    {
      name: "database-is-data",
      comment: "database/ is data. Keep code in packages/postgres or components/.",
      severity: "error",
      from: { path: "^database/" },
      to: { path: "^packages/", dependencyTypesNot: ["type-only"] },
    },
    below("sql", ["connection", "convergence", "access", "audit", "migrations", "schema"]),
    below("connection", ["convergence", "access", "audit", "migrations", "schema", "server"]),
    below("convergence", ["access", "audit", "migrations", "schema", "rowLevelSecurity", "server"]),
    below("migrations", ["schema", "rowLevelSecurity", "audit"]),
    below("rowLevelSecurity", ["schema", "audit"]),
    {
      name: "tests-are-not-imported",
      severity: "error",
      from: { pathNot: "(^|/)(test|bench)/" },
      to: { path: "(^|/)test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/client/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["hosterizer-source", "types", "node", "import", "require", "default"],
      extensions: [".ts", ".mts", ".mjs", ".cjs", ".js", ".d.ts", ".json"],
    },
  },
};
