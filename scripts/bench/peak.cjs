// Preloaded into a Node process: writes its peak memory in MiB to PEAK_FILE. VmHWM instead of maxRSS, which starts with the
// peak of the parent process.
const { readFileSync, writeFileSync } = require('node:fs')

process.on('exit', () => {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  writeFileSync(process.env.PEAK_FILE, String(Number(peak[1]) / 1024))
})
