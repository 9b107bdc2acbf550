// The Solidity compiler as a command: npm's `solc` (WebAssembly) behind the few options that
// py-solc-x, ape, forge and slither give to the native program. Started by .venv/solc/solc-v*,
// which scripts/_setup.py writes.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** Split the command line into options that matter here; unknown ones are refused. */
function parse(argv) {
  const options = { base: null, include: [], version: false, standard: false, input: null };
  for (let i = 0; i < argv.length; i += 1) {
    const [name, inline] = argv[i].split(/=(.*)/s, 2);
    const value = () => (inline === undefined ? argv[(i += 1)] : inline);
    if (name === "--version") options.version = true;
    else if (name === "--standard-json") options.standard = true;
    else if (name === "--base-path") options.base = value();
    else if (name === "--include-path" || name === "-I") options.include.push(value());
    else if (name === "--allow-paths") value();
    else if (name === "-") options.input = null;
    else if (name.startsWith("-")) throw new Error(`option not known to this compiler command: ${name}`);
    else options.input = argv[i];
  }
  return options;
}

/** Find an imported file under the base path, the include paths and the working directory. */
function finder(options) {
  const roots = [options.base ?? process.cwd(), ...options.include, process.cwd()].map((root) => path.resolve(root));
  return (name) => {
    for (const root of roots) {
      const file = path.resolve(root, name);
      if (fs.existsSync(file) && fs.statSync(file).isFile()) return { contents: fs.readFileSync(file, "utf8") };
    }
    return { error: `Source "${name}" not found under ${roots.join(", ")}` };
  };
}

/** Give the sources named only by `urls` their contents, as the native compiler does. */
function load(text, find) {
  const input = JSON.parse(text);
  for (const [name, source] of Object.entries(input.sources ?? {})) {
    if (source.content !== undefined || !source.urls) continue;
    for (const url of [...source.urls, name]) {
      const found = find(url.replace(/^file:\/\//, ""));
      if (found.contents !== undefined) {
        input.sources[name] = { content: found.contents };
        break;
      }
    }
  }
  return JSON.stringify(input);
}

function main() {
  const options = parse(process.argv.slice(2));
  const solc = require("solc");
  if (options.version) {
    const version = solc.version().replace("Emscripten.clang", "Linux.g++");
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
    return;
  }
  if (!options.standard) throw new Error("this compiler command only speaks --standard-json");
  const find = finder(options);
  const text = fs.readFileSync(options.input ?? 0, "utf8");
  const output = solc.compile(load(text, find), { import: find });
  process.stdout.write(output);
}

try {
  main();
} catch (error) {
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
