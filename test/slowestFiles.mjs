// `npm run test:time`: the twenty test files of the last run that took longest.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const results = ".hosterizer/test-results.json";

let files;
try {
  files = JSON.parse(readFileSync(results, "utf8")).testResults;
} catch {
  process.stderr.write(`${results} is missing: no run of the tests has finished.\nRun npm test.\n`);
  process.exit(1);
}

const seconds = ({ startTime, endTime }) => (endTime - startTime) / 1000;
const total = files.reduce((sum, file) => sum + seconds(file), 0);
const slowest = files.toSorted((one, other) => seconds(other) - seconds(one)).slice(0, 20);

for (const file of slowest)
  console.log(`${seconds(file).toFixed(1).padStart(8)} s  ${relative(process.cwd(), file.name)}`);
console.log(`${total.toFixed(1).padStart(8)} s  all ${files.length} files together`);
