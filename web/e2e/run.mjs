// Browser tests: every exported function test_* of test_*.mjs.
//
//    run.mjs --program build/asan/tuoyu [PART…]
//
// PART selects tests whose file or name contains it. Writes "passed failed skipped" to $TEST_COUNTS.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { CHROMIUM, Served, Skip, Test, launch } from "./harness.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const at = args.indexOf("--program");
const [, program] = args.splice(at, 2);
const SECONDS_A_TEST = 300;

const chosen = [];
for (const file of readdirSync(here).filter((name) => /^test_.*\.mjs$/.test(name)).sort())
  for (const [name, run] of Object.entries(await import(`./${file}`)))
    if (name.startsWith("test_") && (!args.length || args.some((part) => name.includes(part) || `web/e2e/${file}`.includes(part))))
      chosen.push({ file, name, run });

const counts = { passed: 0, failed: 0, skipped: 0 };

async function one({ file, name, run }, served, browser) {
  const test = new Test(served, browser);
  const started = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`too slow: ${SECONDS_A_TEST} s`)), SECONDS_A_TEST * 1000);
  });
  try {
    await Promise.race([run(test), late]);
    test.watched();
    counts.passed++;
    if (Date.now() - started > 5000) console.error(`  ok   ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (failure) {
    if (failure instanceof Skip) {
      counts.skipped++;
      console.error(`  skip ${name}: ${failure.message}`);
    } else {
      counts.failed++;
      console.error(`  FAIL ${file} ${name}\n${failure.stack}`);
    }
  } finally {
    clearTimeout(timer);
    await test.close().catch(() => {});
  }
}

if (!existsSync(CHROMIUM)) {
  console.error(`  skip all: there is no ${CHROMIUM} and it could not be installed`);
  counts.skipped = chosen.length;
} else if (chosen.length) {
  const served = await Served.start(program);
  const begin = () => launch(["--remote-debugging-port=0"]);
  let browser = await begin();
  try {
    for (const test of chosen) {
      if (!browser.isConnected()) browser = await begin(); /* one that died fails one test, not all that follow */
      await one(test, served, browser);
    }
  } finally {
    await browser.close();
    try {
      await served.close();
    } catch (failure) {
      counts.failed++;
      console.error(`  FAIL the server did not end well\n${failure.stack}`);
    }
  }
}
if (process.env.TEST_COUNTS) writeFileSync(process.env.TEST_COUNTS, `${counts.passed} ${counts.failed} ${counts.skipped}\n`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed ? 1 : 0);
