// npm run lab -- install|up|down|status|env|pods: a real cluster, object store and registry on this machine. See docs/lab.md.
import { parseArgs } from 'node:util'
import { commands, usage } from './lab/commands.ts'

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      owner: { type: 'string' },
      'image-size': { type: 'string' },
      registry: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [command = '', ...rest] = positionals
  const run = commands[command]
  if (values.help || !run) {
    console.error(usage)
    process.exitCode = values.help ? 0 : 1
  } else {
    process.exitCode = await run({ ...values, rest })
  }
} catch (error) {
  console.error(`lab: ${(error as Error).message}`)
  process.exitCode = 1
}
