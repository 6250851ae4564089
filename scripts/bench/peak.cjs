// Preloaded into a Node process: leaves its peak memory, in MiB, in PEAK_FILE. VmHWM and not maxRSS: that one begins
// with the peak of the process that started it.
const { readFileSync, writeFileSync } = require('node:fs')

process.on('exit', () => {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  writeFileSync(process.env.PEAK_FILE, String(Number(peak[1]) / 1024))
})
