// SPDX-License-Identifier: MIT-0
// Run pytest on the Python of Pyodide: node pyodide.cjs CHECKOUT SITE_PACKAGES [OPTION...]
// In a worker, whose stack can be made as deep as that of an ordinary Python.
const { writeSync } = require("node:fs");
const { Worker, isMainThread } = require("node:worker_threads");

async function main() {
  const [checkout, site, ...options] = process.argv.slice(2);
  const pyodide = await require("pyodide").loadPyodide();
  // pytest copies the standard streams, which a worker's own do not allow.
  pyodide.setStdin({ error: true });
  pyodide.setStdout({ write: (bytes) => writeSync(1, bytes) });
  pyodide.setStderr({ write: (bytes) => writeSync(2, bytes) });
  pyodide.mountNodeFS("/checkout", checkout);
  pyodide.mountNodeFS("/site", site);
  const code = `
import os, runpy, sys
os.chdir("/checkout")
os.environ["FORCE_COLOR"] = "1"  # Python 3.14 colors the help of programs
sys.path[:0] = ["/checkout", "/site"]
sys.dont_write_bytecode = True
sys.argv[1:] = list(options)
status = 0
try:
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    status = int(stop.code)
status
`;
  process.exit(pyodide.runPython(code, { globals: pyodide.toPy({ options }) }));
}

if (isMainThread) {
  new Worker(__filename, { argv: process.argv.slice(2), resourceLimits: { stackSizeMb: 256 } })
    .on("exit", (status) => { process.exitCode = status; });
} else {
  main();
}
