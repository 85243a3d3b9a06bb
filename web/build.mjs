// Build the page: web/src -> web/dist, and say what it weighs.
//
//   app.HASH.js    the one script (ES2017, an IIFE, minified), texts of both languages in it
//   app.HASH.css   the one style sheet
//   NOTICES.txt    licences of what the bundle contains of others
//   manifest.json  {"app.js": "app.HASH.js", "app.css": "app.HASH.css"}: what the server links to
//
// Each but the manifest also as .gz and .br, for whoever accepts them. The folder is made anew beside
// the old one and swapped in, so that a server never reads half of it.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const making = path.join(here, "dist.making");

/** Keys of the texts that the sources name: "key" in full, or `prefix.${…}`. */
function usedKeys(texts) {
  const sources = readdirSync(path.join(here, "src"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(path.join(here, "src", name), "utf8"))
    .join("\n");
  const whole = new Set([...sources.matchAll(/"([a-z][a-z0-9_.]*)"/g)].map((found) => found[1]));
  const prefixes = [...sources.matchAll(/`([a-z][a-z0-9_.]*\.)\$\{/g)].map((found) => found[1]);
  return Object.keys(texts).filter((key) => {
    const plain = key.replace(/\.(one|other)$/, "");
    return whole.has(key) || whole.has(plain) || prefixes.some((prefix) => key.startsWith(prefix));
  });
}

/** The texts are shared with the server's pages; the script carries only those that it says itself. */
const texts = {
  name: "texts",
  setup(step) {
    step.onLoad({ filter: /[\\/]text[\\/](zh|en)\.json$/ }, (file) => {
      const all = JSON.parse(readFileSync(file.path, "utf8"));
      const kept = Object.fromEntries(usedKeys(all).map((key) => [key, all[key]]));
      return { contents: JSON.stringify(kept), loader: "json" };
    });
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

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.ts", style: "src/style.css" },
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2017",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  write: false,
  plugins: [texts, leaflet, withoutImages],
  logLevel: "warning",
});

rmSync(making, { recursive: true, force: true });
mkdirSync(making);
const manifest = {};
const sizes = [];
for (const output of result.outputFiles) {
  const extension = path.extname(output.path);
  const hash = createHash("sha256").update(output.contents).digest("hex").slice(0, 12);
  const name = `app.${hash}${extension}`;
  manifest[`app${extension}`] = name;
  sizes.push(write(name, output.contents));
}
sizes.push(write("NOTICES.txt", notices(Object.keys(result.metafile.inputs))));
writeFileSync(path.join(making, "manifest.json"), `${JSON.stringify(manifest)}\n`);
rmSync(`${dist}.old`, { recursive: true, force: true });
if (existsSync(dist)) renameSync(dist, `${dist}.old`);
renameSync(making, dist);
rmSync(`${dist}.old`, { recursive: true, force: true });
for (const size of sizes)
  console.log(`  web ${size.name}: ${size.plain} bytes, gzip ${size.gzip}, brotli ${size.brotli}`);
