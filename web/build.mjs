// Build the page: web/src -> web/dist, and say what it weighs.
//
//   finder.HASH.js   the parents' page without its map: form, list, comparison (ES2017, an IIFE, minified)
//   planner.HASH.js  the planners' page without its map
//   map.HASH.js      the maps of both: Leaflet, tiles, markers; fetched when a map is to be seen. What it
//                    has in common with the script that fetched it, it takes from there (shared.ts)
//   app.HASH.css     the one style sheet
//   NOTICES.txt      licences of what the scripts contain of others
//   manifest.json    {"finder.js": "finder.HASH.js", "app.css": …}: what the server links to
//
// Each script has the texts, of both languages, that its own sources say. Each file but the manifest is
// there as .gz and .br too, for whoever accepts them. The folder is made anew beside the old one and
// swapped in, so that a server never reads half of it.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const making = path.join(here, "dist.making");

/** Keys of the texts that these sources name: "key" in full, or `prefix.${…}`. */
function usedKeys(texts, files) {
  const sources = files.map((file) => readFileSync(path.join(here, file), "utf8")).join("\n");
  const whole = new Set([...sources.matchAll(/"([a-z][a-z0-9_.]*)"/g)].map((found) => found[1]));
  const prefixes = [...sources.matchAll(/`([a-z][a-z0-9_.]*\.)\$\{/g)].map((found) => found[1]);
  return Object.keys(texts).filter((key) => {
    const plain = key.replace(/\.(one|other)$/, "");
    return whole.has(key) || whole.has(plain) || prefixes.some((prefix) => key.startsWith(prefix));
  });
}

/** The texts are shared with the server's pages; a script carries only those that it says itself. */
const textsOf = (files) => ({
  name: "texts",
  setup(step) {
    step.onLoad({ filter: /[\\/]text[\\/](zh|en)\.json$/ }, (file) => {
      const all = JSON.parse(readFileSync(file.path, "utf8"));
      const kept = Object.fromEntries(usedKeys(all, files).map((key) => [key, all[key]]));
      return { contents: JSON.stringify(kept), loader: "json" };
    });
  },
});

/** In the maps' script a unit that shared.ts names is the one of the script that is there already. */
const shared = {
  name: "shared",
  setup(step) {
    const units = [...readFileSync(path.join(here, "src/shared.ts"), "utf8").matchAll(/from "\.\/(\w+)"/g)].map((found) => found[1]);
    step.onResolve({ filter: new RegExp(`^\\./(${units.join("|")})$`) }, ({ path: unit }) => ({ path: unit.slice(2), namespace: "shared" }));
    step.onLoad({ filter: /.*/, namespace: "shared" }, ({ path: unit }) => ({ contents: `module.exports = window.tuoyu.${unit};` }));
  },
};

/** "leaflet" is src/leaflet_parts.js; its own files are found by their paths. */
const leaflet = {
  name: "leaflet",
  setup(step) {
    step.onResolve({ filter: /^leaflet$/ }, () => ({ path: path.join(here, "src/leaflet_parts.js") }));
    /* ours draws no paths but in SVG: the markup of Internet Explorer stays out */
    step.onResolve({ filter: /SVG\.VML$/ }, () => ({ path: "vml", namespace: "left-out" }));
    step.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "export const vmlMixin = {}; export const vmlCreate = null;",
    }));
  },
};

/** Leaflet's style sheet names images of controls and markers that we do not use. */
const withoutImages = {
  name: "without-images",
  setup(step) {
    step.onLoad({ filter: /leaflet\.css$/ }, (file) => ({
      contents: readFileSync(file.path, "utf8").replace(/[a-z-]+:\s*url\([^)]*\)[^;}]*;?/g, ""),
      loader: "css",
    }));
  },
};

function notices(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const parts = [...packages].sort().map((name) => {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file; it cannot be shipped`);
    return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  });
  return `This page contains the following work of others.\n\n${parts.join(`\n${"-".repeat(72)}\n\n`)}`;
}

const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } };

/** Write a file with its compressed twins; gives the bytes of each. */
function write(name, contents) {
  const bytes = Buffer.from(contents);
  const gz = zlib.gzipSync(bytes, { level: 9 });
  const br = zlib.brotliCompressSync(bytes, brotli);
  writeFileSync(path.join(making, name), bytes);
  writeFileSync(path.join(making, `${name}.gz`), gz);
  writeFileSync(path.join(making, `${name}.br`), br);
  return { name, plain: bytes.length, gzip: gz.length, brotli: br.length };
}

const common = {
  absWorkingDir: here,
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2017",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
};

rmSync(making, { recursive: true, force: true });
mkdirSync(making);
const manifest = {};
const sizes = [];
const inputs = new Set();

/** Build one file and write it by its own name and its hash; gives the name it has now, and its sources. */
async function make(name, entry, { plugins = [], says = [], define = {} } = {}) {
  const asked = { ...common, define, entryPoints: [entry] };
  const first = await build({ ...asked, plugins: [textsOf([]), ...plugins] });
  const own = Object.keys(first.metafile.inputs).filter((file) => /^src\/.*\.ts$/.test(file));
  const { outputFiles: [output], metafile } = await build({ ...asked, plugins: [textsOf([...own, ...says]), ...plugins] });
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  const hash = createHash("sha256").update(output.contents).digest("hex").slice(0, 12);
  const extension = path.extname(name);
  manifest[name] = `${path.basename(name, extension)}.${hash}${extension}`;
  sizes.push(write(manifest[name], output.contents));
  return { file: manifest[name], own };
}

await make("app.css", "src/style.css", { plugins: [withoutImages] });
const map = await make("map.js", "src/map.ts", { plugins: [leaflet, shared] });
const withMap = { define: { MAP_SCRIPT: JSON.stringify(`/static/${map.file}`) }, says: map.own };
await make("finder.js", "src/finder.ts", withMap);
await make("planner.js", "src/planner.ts", withMap);
sizes.push(write("NOTICES.txt", notices(inputs)));
writeFileSync(path.join(making, "manifest.json"), `${JSON.stringify(manifest)}\n`);
rmSync(`${dist}.old`, { recursive: true, force: true });
if (existsSync(dist)) renameSync(dist, `${dist}.old`);
renameSync(making, dist);
rmSync(`${dist}.old`, { recursive: true, force: true });
for (const size of sizes)
  console.log(`  web ${size.name}: ${size.plain} bytes, gzip ${size.gzip}, brotli ${size.brotli}`);
