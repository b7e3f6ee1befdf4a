import { defineConfig } from "eslint/config";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** What a command prints may have text from a database in it. */
const writesToTerminal = {
  selector:
    "CallExpression[callee.property.name='write'][callee.object.property.name=/^std(out|err)$/]",
  message: "Use print or say of terminal.ts, which make it harmless to a terminal.",
};
const startsPulumi = {
  selector: "CallExpression[callee.name=/^(spawn|runQuietly)$/][arguments.0.value='pulumi']",
  message: "Use runPulumi or runPulumiQuietly, which keep Pulumi's log from others.",
};

// Who may import whom, and circles, are checked by .dependency-cruiser.mjs.
export default defineConfig(
  { ignores: ["node_modules/", ".hosterizer/", "packages/client/dist/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [
        createNodeResolver({
          extensions: [".ts", ".js"],
          conditionNames: ["hosterizer-source", "import", "require", "default"],
        }),
      ],
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // A part of another package is imported by its name, and only if package.json declares the package.
    files: ["packages/*/src/**/*.ts", "components/**/*.ts"],
    rules: {
      "import-x/no-relative-packages": "error",
      "import-x/no-extraneous-dependencies": ["error", { devDependencies: false }],
    },
  },
  {
    files: ["packages/cli/src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", writesToTerminal, startsPulumi] },
  },
  {
    // What these print a shell or a person must get as it is.
    files: [
      "packages/cli/src/terminal.ts",
      "packages/cli/src/{db/env,db/backup/backupKey,commands/shell}.ts",
    ],
    rules: { "no-restricted-syntax": ["error", startsPulumi] },
  },
  {
    files: ["packages/cli/src/runProgram.ts"],
    rules: { "no-restricted-syntax": ["error", writesToTerminal] },
  },
  { files: ["**/*.mjs", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
