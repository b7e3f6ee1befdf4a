import { defineConfig } from "eslint/config";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Imports point one way: index.ts → components/ → postgres/. Each zone names the way out. */
const zones = [
  {
    target: "./postgres",
    from: [
      "./components",
      "./commands",
      "./toolchain",
      "./database",
      "./settings.ts",
      "./settingsSchemas.ts",
      "./settingsFaults.ts",
      "./index.ts",
    ],
    message:
      "postgres/ knows only PostgreSQL. Take what you need as an argument; components/ or commands/ passes it in.",
  },
  {
    target: "./components",
    from: ["./commands", "./database", "./index.ts"],
    message: "A component takes declarations as args. Read database/ in index.ts and pass it down.",
  },
  {
    target: "./components",
    from: "./toolchain",
    // The way to the Docker engine, which is the same for everybody.
    except: ["./docker", "./dockerStack/ifThere.ts"],
    message:
      "The toolchain runs before Pulumi does. Only its way to the Docker engine is for everybody.",
  },
  {
    target: "./database",
    from: [
      "./components",
      "./commands",
      "./toolchain",
      "./settings.ts",
      "./settingsSchemas.ts",
      "./settingsFaults.ts",
      "./index.ts",
    ],
    message:
      "database/ is data. Keep code in postgres/ or components/; only its types come in here.",
  },
  {
    target: "./client",
    from: [
      "./components",
      "./commands",
      "./toolchain",
      "./database",
      "./postgres",
      "./settings.ts",
      "./settingsSchemas.ts",
      "./settingsFaults.ts",
    ],
    message: "client/ is what applications import and stands alone. Copy no internals into it.",
  },
  {
    target: "./toolchain",
    from: ["./components", "./commands", "./index.ts"],
    message: "The toolchain runs before Pulumi does. It may use postgres/ and settings.ts only.",
  },
];

export default defineConfig(
  { ignores: ["node_modules/", ".hosterizer/", "packages/client/dist/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".js"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["postgres/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["@pulumi/*"],
              message:
                "postgres/ never imports Pulumi. Put the resource in components/ and call this folder from it.",
            },
          ],
        },
      ],
    },
  },
  { files: ["**/*.mjs", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
